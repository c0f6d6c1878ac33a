import Crypto

/// A place in a list as clients see it: hexadecimal, without meaning, and good for the question it came with alone. Who
/// knows this code can make one. It says only where a page begins: what may be seen is decided by the question and its
/// caller, and whoever reads a place checks it as any other input.
package enum PageCursor {
    private static let longest = 1024

    package static func text(_ place: [UInt8], of question: String) -> String {
        (seal(place, question) + place).hexadecimal
    }

    /// Nil for a text that no answer to the question held.
    package static func place(_ text: String, of question: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2), digits.count <= 2 * longest else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        let place = Array(bytes.dropFirst(8))
        return Array(bytes.prefix(8)) == seal(place, question) ? place : nil
    }

    /// Tells a place of this question from one of another, and from what was mistyped.
    private static func seal(_ place: [UInt8], _ question: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(question.utf8) + [0] + place).prefix(8))
    }
}
