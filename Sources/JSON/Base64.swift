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

    /// The vector that `text` holds, as little-endian float32; nil when it is no base64 of whole floats.
    package static func floats(_ text: String) -> [Float]? { Array(text.utf8).withUnsafeBufferPointer(floats) }

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

    /// Eight letters at a time, two of them a look; the marks of invalid letters are looked at once.
    /// - Returns: whether all letters are of the alphabet.
    private static func decode(
        _ source: UnsafeBufferPointer<UInt8>,
        _ length: Length,
        into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let source = source.baseAddress, let target = target.baseAddress else { return true }
        return values.withUnsafeBufferPointer { values in
            var seen: UInt16 = 0
            var read = 0
            var written = 0
            func pair(_ offset: Int) -> UInt64 {
                let letters = UnsafeRawPointer(source + (read &+ offset)).loadUnaligned(as: UInt16.self)
                let value = values[Int(UInt16(littleEndian: letters))]
                seen |= value
                return UInt64(value)
            }
            // Each step writes eight bytes of which six count, so the last ones are left to the slow end.
            while written &+ 8 <= length.bytes, read &+ 8 <= length.letters {
                let bits = pair(0) &<< 52 | pair(2) &<< 40 | pair(4) &<< 28 | pair(6) &<< 16
                target.storeBytes(of: bits.bigEndian, toByteOffset: written, as: UInt64.self)
                read &+= 8
                written &+= 6
            }
            while read < length.letters {
                var bits: UInt32 = 0
                for place in 0..<4 where read + place < length.letters {
                    let value = values[Int(source[read + place]) | Int(UInt8(ascii: "A")) << 8]
                    seen |= value
                    bits |= UInt32((value & 0xFFF) >> 6) << (18 - 6 * place)
                }
                for place in 0..<3 where written < length.bytes {
                    let byte = UInt8(truncatingIfNeeded: bits >> (16 - 8 * place))
                    target.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
                    written += 1
                }
                read += 4
            }
            return seen & invalid == 0
        }
    }

    private static let invalid: UInt16 = 1 << 15

    /// The twelve bits that two letters stand for, by the letters, of which the first is the lower byte. Valid ones are
    /// close enough together for the nearest cache.
    private static let values: [UInt16] = {
        let letters = Array(alphabet + "-_".utf8)
        // The last two stand for the same values as the two before.
        func value(_ place: Int) -> UInt16 { UInt16(place < 64 ? place : place - 2) }
        var values = [UInt16](repeating: invalid, count: 1 << 16)
        for (first, letter) in letters.enumerated() {
            for (second, next) in letters.enumerated() {
                values[Int(letter) | Int(next) << 8] = value(first) << 6 | value(second)
            }
        }
        return values
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

    /// Twelve bits at a time: two letters a look, eight letters a step.
    private static func encode(
        _ input: UnsafeRawBufferPointer,
        pairs: UnsafeBufferPointer<UInt16>,
        into output: UnsafeMutableRawBufferPointer
    ) {
        var read = 0
        var written = 0
        // Each step reads eight bytes of which six count.
        while read &+ 8 <= input.count {
            let bits = UInt64(bigEndian: input.loadUnaligned(fromByteOffset: read, as: UInt64.self))
            func pair(_ shift: UInt64) -> UInt64 { UInt64(UInt16(littleEndian: pairs[Int(bits &>> shift & 0xFFF)])) }
            let letters = pair(52) | pair(40) &<< 16 | pair(28) &<< 32 | pair(16) &<< 48
            output.storeBytes(of: letters.littleEndian, toByteOffset: written, as: UInt64.self)
            read &+= 6
            written &+= 8
        }
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
