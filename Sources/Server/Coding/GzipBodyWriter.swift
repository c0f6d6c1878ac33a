import HTTP
import Synchronization

/// Compresses what a responder streams. Every piece is flushed, so that an event reaches its reader at once.
final class GzipBodyWriter: HTTPBodyWriter {
    private let encoder: Mutex<GzipEncoder>
    private let writer: any HTTPBodyWriter

    init(_ writer: any HTTPBodyWriter) throws {
        encoder = Mutex(try GzipEncoder())
        self.writer = writer
    }

    func write(_ bytes: [UInt8]) async throws { try await writer.write(encoder.withLock { $0.encode(bytes) }) }

    /// Ends the compressed stream.
    func finish() async throws { try await writer.write(encoder.withLock { $0.finish() }) }
}
