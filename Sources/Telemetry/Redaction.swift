import Synchronization

/// Takes known secrets out of text (guarantee G11), as the last line of defence before it is written.
package final class Redaction: Sendable {
    /// Later secrets that are remembered at most; the oldest are forgotten first.
    private static let laterLimit = 4096
    /// Bytes of a secret, or of a part of it, that is hidden.
    private static let shortest = 6

    private struct State {
        var later: [String] = []
        /// All of them in UTF-8, the longest first: one may be a part of another.
        var sought: [[UInt8]]
    }

    private let first: [String]
    private let state: Mutex<State>

    /// - Parameter secrets: those shorter than 6 bytes are not looked for: `root` would hit innocent words.
    package init(secrets: [String] = []) {
        first = Self.forms(of: secrets)
        state = Mutex(State(sought: Self.longestFirst(first)))
    }

    /// Hides these too from now on, beside those known already: a secret that was rotated out may still be in a text.
    package func add(_ secrets: [String]) {
        let forms = Self.forms(of: secrets)
        let again = Set(forms)
        state.withLock { state in
            state.later = Array((state.later.filter { !again.contains($0) } + forms).suffix(Self.laterLimit))
            state.sought = Self.longestFirst(first + state.later)
        }
    }

    /// `text` with every secret replaced by `***`.
    package func apply(_ text: String) -> String {
        var text = text
        for secret in state.withLock({ $0.sought }) {
            if let hidden = text.withUTF8({ Self.hide(secret, in: $0[...]) }) { text = hidden }
        }
        return text
    }

    /// The same of a text that was cut, which may end in the middle of a secret.
    package func apply(toCut text: String) -> String {
        let bytes = Array(apply(text).utf8)
        for secret in state.withLock({ $0.sought }) {
            let longest = min(secret.count - 1, bytes.count)
            guard longest >= Self.shortest else { continue }
            for length in (Self.shortest...longest).reversed() where bytes.suffix(length) == secret.prefix(length) {
                return String(decoding: bytes.dropLast(length) + Array("***".utf8), as: UTF8.self)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes are compared: of characters, the last of a secret is another one where a combining mark follows.
    /// - Returns: nil when the secret is not there.
    private static func hide(_ secret: [UInt8], in text: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        var kept = text.startIndex
        var result: [UInt8] = []
        var rest = text
        while let start = rest.firstIndex(of: secret[0]) {
            rest = rest[start...]
            guard rest.starts(with: secret) else {
                rest = rest.dropFirst()
                continue
            }
            result += text[kept..<start]
            result += "***".utf8
            kept = start + secret.count
            rest = text[kept...]
        }
        guard kept > text.startIndex else { return nil }
        return String(decoding: result + text[kept...], as: UTF8.self)
    }

    /// As they are, and as they look inside a JSON string.
    private static func forms(of secrets: [String]) -> [String] {
        secrets.filter { $0.utf8.count >= shortest }.flatMap { secret in
            let escaped = String(LineLogHandler.json(secret).dropFirst().dropLast())
            return escaped == secret ? [secret] : [secret, escaped]
        }
    }

    private static func longestFirst(_ secrets: [String]) -> [[UInt8]] {
        Set(secrets.map { Array($0.utf8) }).sorted { $0.count > $1.count }
    }
}
