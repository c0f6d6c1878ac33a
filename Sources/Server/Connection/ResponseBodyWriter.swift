import EventLoop
import HTTP

/// The responder's end of a streamed answer.
struct ResponseBodyWriter: HTTPBodyWriter {
    let connection: Connection
    let exchange: Int

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try await withCheckedThrowingContinuation { continuation in
            connection.loop.execute { connection.write(bytes, exchange: exchange, continuation) }
        }
    }
}
