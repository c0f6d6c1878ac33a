import Crypto
import FoundationEssentials

/// The page as one document: one request brings it, and a policy by hashes closes it.
struct EmbeddedPage {
    let bytes: [UInt8]
    /// Lets the page run its own script and style, ask its own origin, show images of `avatars`, and nothing else
    /// (Content Security Policy Level 3, §6.7.2.3).
    let contentSecurityPolicy: String

    /// - Parameters:
    ///   - html: with a `<link rel="stylesheet"` a line, and one line with `<script type="module"`.
    ///   - modules: in an order in which each finds the values it needs at once.
    ///   - avatars: the origin of pictures of owners; nil for none.
    init(html: String, styles: String, modules: String, avatars: String? = nil) {
        let script = Self.joined(modules)
        var lines: [Substring] = []
        var hasStyle = false
        for line in html.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("<link rel=\"stylesheet\"") {
                if !hasStyle { lines.append("<style>\(styles)</style>") }
                hasStyle = true
            } else if line.hasPrefix("<script type=\"module\"") {
                lines.append("<script type=\"module\">\(script)</script>")
            } else {
                if line == "</head>", let avatars { lines.append("<meta name=\"avatars\" content=\"\(avatars)\">") }
                lines.append(line)
            }
        }
        bytes = Array(lines.joined(separator: "\n").utf8)
        contentSecurityPolicy =
            "default-src 'none'; script-src \(Self.hash(script)); style-src \(Self.hash(styles)); connect-src 'self'; "
            + "img-src data:\(avatars.map { " \($0)" } ?? ""); base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    }

    /// Modules in one scope need neither imports nor exports; each of both is one line.
    static func joined(_ modules: String) -> String {
        modules.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("import ") }
            .map { $0.hasPrefix("export ") ? $0.dropFirst("export ".count) : $0 }
            .joined(separator: "\n")
    }

    private static func hash(_ text: String) -> String {
        "'sha256-\(Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString())'"
    }
}
