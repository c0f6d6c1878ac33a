/// Base64 (RFC 4648 §4) of vectors.
enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// Appends the base64 of the little-endian float32 of `values`.
    static func append(_ values: [Float], to bytes: inout [UInt8]) {
        #if _endian(little)
            values.withUnsafeBytes { append($0, to: &bytes) }
        #else
            values.map(\.bitPattern.littleEndian).withUnsafeBytes { append($0, to: &bytes) }
        #endif
    }

    private static func append(_ input: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        let length = (input.count + 2) / 3 * 4
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { output in
            alphabet.withUnsafeBufferPointer { encode(input, alphabet: $0, into: output) }
            bytes.append(contentsOf: output)
        }
    }

    private static func encode(
        _ input: UnsafeRawBufferPointer,
        alphabet: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) {
        var read = 0
        var written = 0
        func put(_ bits: UInt32, _ shift: UInt32) {
            output.initializeElement(at: written, to: alphabet[Int(bits >> shift & 0x3F)])
            written += 1
        }
        while read + 3 <= input.count {
            let bits = UInt32(input[read]) << 16 | UInt32(input[read + 1]) << 8 | UInt32(input[read + 2])
            put(bits, 18)
            put(bits, 12)
            put(bits, 6)
            put(bits, 0)
            read += 3
        }
        guard read < input.count else { return }
        let isPair = input.count - read == 2
        let bits = UInt32(input[read]) << 16 | (isPair ? UInt32(input[read + 1]) << 8 : 0)
        put(bits, 18)
        put(bits, 12)
        if isPair { put(bits, 6) }
        while written < output.count {
            output.initializeElement(at: written, to: UInt8(ascii: "="))
            written += 1
        }
    }
}
