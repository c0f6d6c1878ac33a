/// Takes known secrets out of text (guarantee G11), as the last line of defence before it is written.
package struct Redaction: Sendable {
    private let secrets: [String]

    /// - Parameter secrets: those shorter than 6 bytes are not looked for: `root` would hit innocent words.
    package init(secrets: [String] = []) {
        self.secrets = secrets.filter { $0.utf8.count >= 6 }.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// `text` with every secret replaced by `***`.
    package func apply(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            guard text.contains(secret) else { return text }
            return text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
    }
}
