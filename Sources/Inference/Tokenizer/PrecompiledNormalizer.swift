/// SentencePiece's compiled normalization rules, as Hugging Face's `Precompiled` normalizer applies them: a double-array
/// trie from strings to places in a table of replacements.
///
/// Layout: the size of the trie in bytes, the trie as 32-bit units, then the replacements, each ended by a zero byte; all
/// little-endian. A unit holds a label or a value, the offset of its children, and whether a string ends there.
struct PrecompiledNormalizer: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Longer clusters are replaced scalar by scalar.
    static let longestCluster = 5

    /// Nil when `bytes` are not of this layout.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let size = Int(Self.unit(in: bytes, at: 0))
        guard size % 4 == 0, size > 0, size <= bytes.count - 4 else { return nil }
        units = stride(from: 4, to: 4 + size, by: 4).map { Self.unit(in: bytes, at: $0) }
        replacements = Array(bytes[(4 + size)...])
    }

    func normalize(_ text: Substring.UnicodeScalarView) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for cluster in Substring(text) {
            let bytes = cluster.utf8
            if bytes.count <= Self.longestCluster, let replacement = replacement(of: bytes) {
                result.append(contentsOf: replacement)
                continue
            }
            for scalar in cluster.unicodeScalars {
                let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                if let replacement = replacement(of: bytes) {
                    result.append(contentsOf: replacement)
                } else {
                    result.append(contentsOf: bytes)
                }
            }
        }
        return result
    }

    /// What replaces a string that begins with a known one; the shortest known one counts.
    private func replacement(of bytes: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
        var node = Self.children(units[0])
        for byte in bytes where byte != 0 {
            node ^= Int(byte)
            guard node < units.count, units[node] & 0x8000_00FF == UInt32(byte) else { return nil }
            let unit = units[node]
            node ^= Self.children(unit)
            if unit & 0x100 != 0 {
                guard node < units.count else { return nil }
                let start = Int(units[node] & 0x7FFF_FFFF)
                guard start <= replacements.count else { return nil }
                return replacements[start...].prefix { $0 != 0 }
            }
        }
        return nil
    }

    /// The offset from a unit to its children.
    private static func children(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }

    private static func unit(in bytes: [UInt8], at place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32($1 * 8) }
    }
}
