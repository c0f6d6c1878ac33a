import Synchronization

/// Takes known secrets out of text (guarantee G11), as the last line of defence before it is written.
package final class Redaction: Sendable {
    /// Later secrets that are remembered at most; the oldest are forgotten first.
    private static let laterLimit = 4096

    private let first: [String]
    private let later = Mutex<[String]>([])
    /// All of them, the longest first: one may be a part of another.
    private let sought: Mutex<[String]>

    /// - Parameter secrets: those shorter than 6 bytes are not looked for: `root` would hit innocent words.
    package init(secrets: [String] = []) {
        first = Self.forms(of: secrets)
        sought = Mutex(Self.longestFirst(first))
    }

    /// Hides these too from now on, beside those known already: a secret that was rotated out may still be in a text.
    package func add(_ secrets: [String]) {
        let forms = Self.forms(of: secrets)
        let again = Set(forms)
        let all = later.withLock { known in
            known = Array((known.filter { !again.contains($0) } + forms).suffix(Self.laterLimit))
            return Self.longestFirst(first + known)
        }
        sought.withLock { $0 = all }
    }

    /// `text` with every secret replaced by `***`.
    package func apply(_ text: String) -> String {
        sought.withLock { $0 }.reduce(text) { text, secret in
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
