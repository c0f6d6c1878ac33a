/// Cuts folded text into words, and into runs of letters where a script puts no spaces between words.
struct PieceCutter {
    private var pieces: [TextTokens.Piece] = []
    private var word: [Unicode.Scalar] = []
    private var run: [[Unicode.Scalar]] = []
    /// How many plus signs came after the word.
    private var pluses = 0

    /// Longest word, in scalars; what is longer is no word.
    private static let longestWord = 64
    /// Letters that name a language with a sharp after them.
    private static let sharps: Set<Unicode.Scalar> = ["c", "f", "j", "q"]

    mutating func take(_ scalar: Unicode.Scalar) {
        if scalar.properties.isMark {
            mark(scalar)
        } else if !TextTokens.isLetterOrNumber(scalar) {
            sign(scalar)
        } else if Self.isUnspaced(scalar) {
            endWord()
            run.append([scalar])
        } else {
            if pluses > 0 { endWord() }
            endRun()
            if word.count < Self.longestWord { word.append(scalar) }
        }
    }

    mutating func finish() -> [TextTokens.Piece] {
        endWord()
        endRun()
        return pieces
    }

    private mutating func mark(_ scalar: Unicode.Scalar) {
        // As many marks as any letter has; more of them are noise.
        if let last = run.indices.last {
            if run[last].count < 4 { run[last].append(scalar) }
        } else if !word.isEmpty, word.count < Self.longestWord {
            word.append(scalar)
        }
    }

    /// `C++` is written `cpp`, `C#` `csharp`.
    private mutating func sign(_ scalar: Unicode.Scalar) {
        if scalar == "+", word == ["c"] {
            pluses += 1
            if pluses == 2 { word += ["p", "p"] }
            return
        }
        if scalar == "#", pluses == 0, word.count == 1, Self.sharps.contains(word[0]) {
            word += Array("sharp".unicodeScalars)
        }
        endWord()
        endRun()
    }

    private mutating func endWord() {
        if !word.isEmpty { pieces.append(.word(word)) }
        word = []
        pluses = 0
    }

    private mutating func endRun() {
        if !run.isEmpty { pieces.append(.run(run)) }
        run = []
    }

    /// Thai, Lao, Burmese, Khmer, Tai, Javanese; kana, bopomofo, Han; and Hangul, whose words carry their particles.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x0E00: false
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1950...0x19DF, 0x1A20...0x1AAF, 0xA980...0xA9DF,
            0x3040...0x312F, 0x31A0...0x31FF, 0x3400...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
