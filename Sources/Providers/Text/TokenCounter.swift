/// Counts the tokens of a text.
protocol TokenCounter: Sendable {
    func count(_ text: String) -> Int

    /// The number of tokens at which the provider itself cuts a text cleanly, if it does.
    var cutsAt: Int? { get }

    /// The last tokens of a text with the special tokens around them, `limit` in all at most; nil where their numbers are
    /// not known.
    func last(_ limit: Int, of text: String) -> [Int]?
}

extension TokenCounter {
    func last(_ limit: Int, of text: String) -> [Int]? { nil }
}

/// A safe estimate for models whose vocabulary we do not have: it rather counts too many. Words of the Latin alphabet
/// cost a token for four letters begun, digits one for three begun, every other sign one, and other scripts one for two
/// bytes begun.
struct TokenEstimate: TokenCounter {
    /// Tokens that the model puts around the text.
    static let framing = 2

    var cutsAt: Int? { nil }

    func count(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { utf8 in
            var tokens = Self.framing
            var letters = 0
            var digits = 0
            var foreign = 0
            for byte in utf8 {
                switch byte {
                case 0x41...0x5A, 0x61...0x7A:
                    if letters & 3 == 0 { tokens += 1 }
                    letters += 1
                    digits = 0
                case 0x30...0x39:
                    if digits % 3 == 0 { tokens += 1 }
                    digits += 1
                    letters = 0
                case 0x80...:
                    if foreign & 1 == 0 { tokens += 1 }
                    foreign += 1
                    letters = 0
                    digits = 0
                default:
                    if byte > 0x20 { tokens += 1 }
                    letters = 0
                    digits = 0
                    foreign = 0
                }
            }
            return tokens
        }
    }
}
