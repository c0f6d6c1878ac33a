/// GPT-2's alphabet: a visible scalar for each byte, so that pieces of UTF-8 can be written as text.
enum ByteLevel {
    /// Bytes that are visible in Latin-1 stand for themselves, the others follow from U+0100 on.
    private static let scalars: [Unicode.Scalar] = {
        var others: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            let isVisible = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            if isVisible { return Unicode.Scalar(byte) }
            defer { others += 1 }
            return Unicode.Scalar(others) ?? "?"
        }
    }()

    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: scalars.enumerated().map { ($1, UInt8($0)) }
    )

    static func scalar(of byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

    /// Nil when a scalar stands for no byte.
    static func bytes(of piece: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in piece.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
