import CZlib

/// Compresses answers (RFC 1952).
final class GzipEncoder {
    private static let level: Int32 = 4

    private var stream = z_stream()

    /// An encoder for an answer that comes in pieces. It keeps 64 KiB, a quarter of what whole answers are given:
    /// streams may be many, and last.
    convenience init() throws { try self.init(windowBits: 13, memoryLevel: 6) }

    private init(windowBits: Int32, memoryLevel: Int32) throws {
        // 16 above the window's size asks for the gzip wrapper.
        let code = deflateInit2_(
            &stream,
            Self.level,
            Z_DEFLATED,
            windowBits + 16,
            memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard code == Z_OK else { throw Failure() }
    }

    deinit { deflateEnd(&stream) }

    /// zlib has no memory.
    struct Failure: Error {}

    /// A whole answer, compressed.
    /// - Returns: nil when zlib fails or the result would not be smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let encoder = try? GzipEncoder(windowBits: 15, memoryLevel: 8) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        encoder.run(bytes, Z_FINISH, into: &output)
        return output.count < bytes.count ? output : nil
    }

    /// All of `bytes`, compressed and flushed, so that the receiver can expand them at once.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        var output: [UInt8] = []
        run(bytes, Z_SYNC_FLUSH, into: &output)
        return output
    }

    /// What ends the stream.
    func finish() -> [UInt8] {
        var output: [UInt8] = []
        run([], Z_FINISH, into: &output)
        return output
    }

    private func run(_ bytes: [UInt8], _ flush: Int32, into output: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { source in
            stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            stream.avail_in = UInt32(source.count)
            var isFull = true
            while isFull {
                output += [UInt8](unsafeUninitializedCapacity: max(256, source.count / 2)) { buffer, count in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(buffer.count)
                    deflate(&stream, flush)
                    count = buffer.count - Int(stream.avail_out)
                    isFull = stream.avail_out == 0
                }
            }
        }
    }
}
