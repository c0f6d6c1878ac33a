/// Base64 with the standard alphabet (RFC 4648 §4), also of vectors as little-endian float32, which is what OpenAI's
/// `encoding_format: base64` means.
package enum Base64 {
    /// Nil when `text` is not base64; padding may be missing, and the URL-safe alphabet (§5) is understood.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        return letters.withUnsafeBufferPointer { letters in
            guard let length = Length(of: letters) else { return nil }
            var isValid = true
            let bytes = [UInt8](unsafeUninitializedCapacity: length.bytes) { buffer, count in
                isValid = decode(letters, length, into: UnsafeMutableRawBufferPointer(buffer))
                count = isValid ? length.bytes : 0
            }
            return isValid ? bytes : nil
        }
    }

    /// The vector that `text` holds; nil when it is not base64 of whole floats. Padding may be missing.
    static func floats(_ text: UnsafeBufferPointer<UInt8>) -> [Float]? {
        guard let length = Length(of: text), length.bytes % 4 == 0 else { return nil }
        var isValid = true
        let floats = [Float](unsafeUninitializedCapacity: length.bytes / 4) { buffer, count in
            isValid = decode(text, length, into: UnsafeMutableRawBufferPointer(buffer))
            count = isValid ? length.bytes / 4 : 0
        }
        guard isValid else { return nil }
        #if _endian(little)
            return floats
        #else
            return floats.map { Float(bitPattern: UInt32(littleEndian: $0.bitPattern)) }
        #endif
    }

    /// Appends the base64 of the little-endian float32 of `values`.
    static func append(_ values: [Float], to bytes: inout [UInt8]) {
        #if _endian(little)
            values.withUnsafeBytes { append($0, to: &bytes) }
        #else
            values.map(\.bitPattern.littleEndian).withUnsafeBytes { append($0, to: &bytes) }
        #endif
    }
}

// MARK: - Decoding

extension Base64 {
    /// How long a text is in letters and in decoded bytes.
    private struct Length {
        /// Without padding.
        let letters: Int
        let bytes: Int

        /// Nil for a number of letters that no bytes have, and for padding that does not fill up to four.
        init?(of text: UnsafeBufferPointer<UInt8>) {
            var letters = text.count
            while letters > 0, text.count - letters < 2, text[letters - 1] == UInt8(ascii: "=") { letters -= 1 }
            guard letters % 4 != 1, letters == text.count || text.count % 4 == 0 else { return nil }
            self.letters = letters
            bytes = letters / 4 * 3 + letters % 4 * 3 / 4
        }
    }

    /// Eight letters at a time through one table for each place; the marks of invalid letters are looked at once.
    /// - Returns: whether all letters are of the alphabet.
    private static func decode(
        _ source: UnsafeBufferPointer<UInt8>,
        _ length: Length,
        into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let source = source.baseAddress, let target = target.baseAddress else { return true }
        return decodingTables.withUnsafeBufferPointer { table in
            var seen: UInt32 = 0
            var read = 0
            var written = 0
            // Each step writes eight bytes of which six count, so the last ones are left to the slow end.
            while written &+ 8 <= length.bytes, read &+ 8 <= length.letters {
                let first = word(of: source + read, table)
                let second = word(of: source + (read &+ 4), table)
                seen |= first | second
                let bytes = UInt64(first) | UInt64(second) &<< 24
                target.storeBytes(of: bytes.littleEndian, toByteOffset: written, as: UInt64.self)
                read &+= 8
                written &+= 6
            }
            while read < length.letters {
                var word: UInt32 = 0
                for place in 0..<min(4, length.letters - read) {
                    word |= table[place * 256 + Int(source[read + place])]
                }
                seen |= word
                for place in 0..<3 where written < length.bytes {
                    let byte = UInt8(truncatingIfNeeded: word >> (8 * place))
                    target.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
                    written += 1
                }
                read += 4
            }
            return seen & invalid == 0
        }
    }

    /// The three bytes that four letters stand for, the first of each being the lowest.
    @inline(__always)
    private static func word(of letters: UnsafePointer<UInt8>, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
        table[Int(letters[0])] | table[256 &+ Int(letters[1])] | table[512 &+ Int(letters[2])]
            | table[768 &+ Int(letters[3])]
    }

    private static let invalid: UInt32 = 1 << 31

    /// For each of four places, what a letter adds to the three decoded bytes, the first being the lowest.
    private static let decodingTables: [UInt32] = {
        var tables = [UInt32](repeating: invalid, count: 1024)
        for (value, letter) in Array(alphabet + "-_".utf8).enumerated() {
            for place in 0..<4 {
                // The last two stand for the same values as the two before.
                let bits = UInt32(value < 64 ? value : value - 2) << (18 - 6 * place)
                tables[place * 256 + Int(letter)] = (bits >> 16) & 0xFF | bits & 0xFF00 | (bits & 0xFF) << 16
            }
        }
        return tables
    }()

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}

// MARK: - Encoding

extension Base64 {
    private static func append(_ input: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        let length = (input.count + 2) / 3 * 4
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { output in
            pairs.withUnsafeBufferPointer { encode(input, pairs: $0, into: UnsafeMutableRawBufferPointer(output)) }
            bytes.append(contentsOf: output)
        }
    }

    /// Twelve bits at a time: two letters a look.
    private static func encode(
        _ input: UnsafeRawBufferPointer,
        pairs: UnsafeBufferPointer<UInt16>,
        into output: UnsafeMutableRawBufferPointer
    ) {
        var read = 0
        var written = 0
        func put(_ bits: UInt32) {
            output.storeBytes(of: pairs[Int(bits >> 12)], toByteOffset: written, as: UInt16.self)
            output.storeBytes(of: pairs[Int(bits & 0xFFF)], toByteOffset: written &+ 2, as: UInt16.self)
            written &+= 4
        }
        while read &+ 3 <= input.count {
            put(UInt32(input[read]) << 16 | UInt32(input[read &+ 1]) << 8 | UInt32(input[read &+ 2]))
            read &+= 3
        }
        let left = input.count - read
        guard left > 0 else { return }
        put(UInt32(input[read]) << 16 | (left == 2 ? UInt32(input[read + 1]) << 8 : 0))
        for padding in 1...(3 - left) { output[written - padding] = UInt8(ascii: "=") }
    }

    /// The two letters of each twelve bits, in the order of memory.
    private static let pairs: [UInt16] = (0..<4096).map { bits in
        (UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 0x3F]) << 8).littleEndian
    }
}
