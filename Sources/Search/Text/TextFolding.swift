/// Text as it is compared: full and half width, case, accents and vowel points make no difference.
struct TextFolding: Sendable {
    static let standard = TextFolding(FoldingTable.rules)

    /// By the upper bits of a character: where its 256 neighbours begin in `rules`; 0 where all of them stay as they are.
    private var pages = [UInt16](repeating: 0, count: 0x1100)
    /// Numbers of replacements, a page after the other; 0 where the character stays as it is.
    private var rules = [UInt16](repeating: 0, count: 256)
    /// Where the replacements end in `scalars`, by their numbers.
    private var ends: [UInt32] = [0]
    private var scalars: [Unicode.Scalar] = []

    /// - Parameter rules: as `FoldingTable` describes them.
    init(_ rules: StaticString) {
        rules.withUTF8Buffer { bytes in
            for rule in bytes.split(separator: UInt8(ascii: ";")) { add(FoldingRule(rule)) }
        }
    }

    private mutating func add(_ rule: FoldingRule) {
        for offset in 0..<rule.count {
            var becomes = rule.becomes
            if let first = becomes.first { becomes[0] = first + offset * rule.rise }
            scalars += becomes.compactMap(Unicode.Scalar.init)
            ends.append(UInt32(scalars.count))
            set(rule.first + offset * rule.step, UInt16(ends.count - 1))
        }
    }

    private mutating func set(_ code: UInt32, _ replacement: UInt16) {
        let page = Int(code >> 8)
        if pages[page] == 0 {
            pages[page] = UInt16(rules.count >> 8)
            rules += [UInt16](repeating: 0, count: 256)
        }
        rules[Int(pages[page]) << 8 | Int(code & 0xFF)] = replacement
    }

    /// In time that grows with the length of `text` alone.
    func folded(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
        var folded: [Unicode.Scalar] = []
        folded.reserveCapacity(text.underestimatedCount)
        for scalar in text { append(scalar, to: &folded) }
        return folded
    }

    private func append(_ scalar: Unicode.Scalar, to folded: inout [Unicode.Scalar]) {
        if scalar.isASCII {
            let isUpper = (0x41...0x5A).contains(scalar.value)
            folded.append(isUpper ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
            return
        }
        let rule = Int(rules[Int(pages[Int(scalar.value >> 8)]) << 8 | Int(scalar.value & 0xFF)])
        if rule > 0 {
            folded += scalars[Int(ends[rule - 1])..<Int(ends[rule])]
        } else if let last = folded.last, let syllable = Self.syllable(last, scalar) {
            folded[folded.count - 1] = syllable
        } else {
            folded.append(scalar)
        }
    }

    /// A vowel or final consonant of Hangul together with what it follows (Unicode, section 3.12).
    private static func syllable(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Unicode.Scalar? {
        switch (left.value, right.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            Unicode.Scalar(0xAC00 + ((left.value - 0x1100) * 21 + right.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (left.value - 0xAC00) % 28 == 0:
            Unicode.Scalar(left.value + right.value - 0x11A7)
        default: nil
        }
    }
}

/// One rule of `FoldingTable`.
private struct FoldingRule {
    var first: UInt32
    var count: UInt32 = 1
    /// From one character to the next, and from what one becomes to what the next becomes.
    var step: UInt32 = 1
    var rise: UInt32 = 1
    var becomes: [UInt32]

    init(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        let halves = text.split(separator: UInt8(ascii: ">"), omittingEmptySubsequences: false)
        becomes = halves[1].split(separator: UInt8(ascii: "_")).map(Self.number)
        let range = halves[0].split { !Self.isDigit($0) }
        first = Self.number(range[0])
        guard range.count > 1 else { return }
        count = Self.number(range[1])
        switch halves[0].first(where: { !Self.isDigit($0) }) {
        case UInt8(ascii: "/"): (step, rise) = (2, 2)
        case UInt8(ascii: "*"): rise = 0
        default: break
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    private static func number(_ digits: some Sequence<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | UInt32($1 < 0x3A ? $1 - 0x30 : $1 - 0x57) }
    }
}
