import EventLoop
import HTTP

/// The responder's end of a streamed request body.
struct RequestBodyReader: Sendable {
    let connection: Connection
    let exchange: Int

    var stream: HTTPBodyStream { HTTPBodyStream { try await next() } }

    private func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                connection.loop.execute { connection.readBody(exchange: exchange, continuation) }
            }
        } onCancel: {
            connection.loop.execute { connection.cancelRead(exchange: exchange) }
        }
    }
}
