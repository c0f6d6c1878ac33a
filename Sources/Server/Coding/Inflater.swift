import CZlib

/// Expands gzip (RFC 1952), also of several members, a bounded piece at a time.
final class Inflater {
    private var stream = z_stream()
    private var input: [UInt8] = []
    private var inputOffset = 0
    private var isBetweenMembers = true

    init() throws(Refusal) {
        // 16 above the window's size asks for the gzip wrapper and nothing else.
        let code = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .overloaded }
    }

    deinit { inflateEnd(&stream) }

    /// Whether all input given has been expanded.
    var isDrained: Bool { inputOffset == input.count }

    /// Whether the input so far is a whole number of members.
    var isComplete: Bool { isDrained && isBetweenMembers }

    func feed(_ bytes: Span<UInt8>) {
        if isDrained {
            input.removeAll(keepingCapacity: true)
            inputOffset = 0
        }
        bytes.withUnsafeBufferPointer { input.append(contentsOf: $0) }
    }

    /// Appends up to `limit` expanded bytes to `output`.
    func expand(into output: inout [UInt8], limit: Int) throws(Refusal) {
        guard limit > 0, !isDrained else { return }
        var failed = false
        let start = output.count
        output.reserveCapacity(start + min(limit, 16 << 10))
        var remaining = limit
        while remaining > 0, !isDrained, !failed {
            let piece = [UInt8](unsafeUninitializedCapacity: min(remaining, 16 << 10)) { buffer, count in
                guard let code = step(into: buffer, &count) else { return }
                failed = code
            }
            output += piece
            remaining -= piece.count
        }
        if failed { throw .malformedContentCoding }
    }

    /// - Returns: whether the input is malformed.
    private func step(into buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) -> Bool? {
        if isBetweenMembers {
            guard inflateReset(&stream) == Z_OK else { return true }
            isBetweenMembers = false
        }
        var code = Z_OK
        input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress.map { $0 + inputOffset }
            stream.avail_in = UInt32(source.count - inputOffset)
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(buffer.count)
            code = inflate(&stream, Z_NO_FLUSH)
            inputOffset = source.count - Int(stream.avail_in)
        }
        count = buffer.count - Int(stream.avail_out)
        if code == Z_STREAM_END { isBetweenMembers = true }
        return code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR
    }
}
