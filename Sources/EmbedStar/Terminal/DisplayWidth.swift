/// How wide text stands on a terminal, in columns.
enum DisplayWidth {
    static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    /// The longest beginning of `text` that is at most `width` wide.
    static func prefix(_ text: String, _ width: Int) -> String {
        var used = 0
        return String(
            text.prefix { character in
                used += of(character)
                return used <= width
            }
        )
    }

    /// 2 for East Asian wide characters and emoji (Unicode Standard Annex 11, Unicode Technical Standard 51), flags among
    /// them, 0 for what is not seen, 1 for others.
    private static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first, scalar.value >= 0x300 else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation || character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) {
            return 2
        }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
        0x20000...0x3FFFD,
    ]
}

extension String {
    /// The text on one line, without what a terminal would obey: other people wrote it. What changes the direction of
    /// writing (Unicode Standard Annex 9) would let a text look like another one.
    var printable: String {
        let words = split { character in
            character.isWhitespace
                || character.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        }
        let line = words.joined(separator: " ")
        guard line.unicodeScalars.contains(where: \.changesDirection) else { return line }
        return String(String.UnicodeScalarView(line.unicodeScalars.filter { !$0.changesDirection }))
    }
}

extension Unicode.Scalar {
    var changesDirection: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
