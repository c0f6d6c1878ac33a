import Synchronization

/// Takes known secrets out of text (guarantee G11), as the last line of defence before it is written.
package final class Redaction: Sendable {
    /// Later secrets that are remembered at most; the oldest are forgotten first.
    private static let laterLimit = 4096

    private struct State {
        var later: [String] = []
        /// All of them, the longest first: one may be a part of another.
        var sought: [String]
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
        state.withLock { $0.sought }.reduce(text) { text, secret in
            guard text.contains(secret) else { return text }
            return text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
    }

    /// As they are, and as they look inside a JSON string.
    private static func forms(of secrets: [String]) -> [String] {
        secrets.filter { $0.utf8.count >= 6 }.flatMap { secret in
            let escaped = String(LineLogHandler.json(secret).dropFirst().dropLast())
            return escaped == secret ? [secret] : [secret, escaped]
        }
    }

    private static func longestFirst(_ secrets: [String]) -> [String] {
        Set(secrets).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }
}
