/// Base64 (RFC 4648 §4) of little-endian float32, as OpenAI's `encoding_format: base64` sends vectors.
enum Base64 {
    /// Decodes a vector; padding may be missing.
    /// - Throws: `.invalidBase64` for other bytes or a length that is not whole floats, `.tooLong`.
    static func floats(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [Float] {
        var length = text.count
        while length > 0, text.count - length < 2, text[length - 1] == UInt8(ascii: "=") { length -= 1 }
        let byteCount = length / 4 * 3 + [0, -1, 1, 2][length % 4]
        guard length % 4 != 1, byteCount % 4 == 0 else { throw .invalidBase64 }
        guard byteCount / 4 <= JSONReader.maxVectorLength else { throw .tooLong }
        guard byteCount > 0, let source = text.baseAddress else { return [] }
        var isValid = true
        let floats = [Float](unsafeUninitializedCapacity: byteCount / 4) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            isValid = decode(source, length, into: UnsafeMutableRawPointer(target), byteCount)
            count = isValid ? byteCount / 4 : 0
        }
        guard isValid else { throw .invalidBase64 }
        return floats
    }

    /// Four letters at a time through one table for each place; the marks of invalid letters are looked at once.
    private static func decode(
        _ source: UnsafePointer<UInt8>,
        _ length: Int,
        into target: UnsafeMutableRawPointer,
        _ byteCount: Int
    ) -> Bool {
        tables.withUnsafeBufferPointer { table in
            var seen: UInt32 = 0
            var read = 0
            var written = 0
            // Each step writes four bytes of which three count, so the last ones are left to the slow end.
            while written &+ 4 <= byteCount, read &+ 4 <= length {
                let word =
                    table[Int(source[read])] | table[256 &+ Int(source[read &+ 1])]
                    | table[512 &+ Int(source[read &+ 2])] | table[768 &+ Int(source[read &+ 3])]
                seen |= word
                target.storeBytes(of: word.littleEndian, toByteOffset: written, as: UInt32.self)
                read &+= 4
                written &+= 3
            }
            while read < length {
                var word: UInt32 = 0
                for place in 0..<min(4, length - read) { word |= table[place * 256 + Int(source[read + place])] }
                seen |= word
                for place in 0..<3 where written < byteCount {
                    let byte = UInt8(truncatingIfNeeded: word >> (8 * place))
                    target.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
                    written += 1
                }
                read += 4
            }
            return seen & invalid == 0
        }
    }

    private static let invalid: UInt32 = 1 << 31

    /// For each of four places, what a letter adds to the three decoded bytes, the first being the lowest.
    private static let tables: [UInt32] = {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var tables = [UInt32](repeating: invalid, count: 1024)
        for (value, letter) in alphabet.enumerated() {
            for place in 0..<4 {
                let bits = UInt32(value) << (18 - 6 * place)
                tables[place * 256 + Int(letter)] = (bits >> 16) & 0xFF | bits & 0xFF00 | (bits & 0xFF) << 16
            }
        }
        return tables
    }()
}
