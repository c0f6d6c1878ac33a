import CResources
import Crypto
import FoundationEssentials

/// The files that the binary carries.
enum EmbeddedFiles {
    static var contract: [UInt8] { bytes(of: embedded_openapi()) }
    static var page: [UInt8] { bytes(of: embedded_page()) }

    /// A policy that lets the page run its own script and style, ask its own origin, and nothing else: each is named by
    /// its hash (Content Security Policy Level 3, §6.7.2.3).
    static func contentSecurityPolicy(for page: [UInt8]) -> String {
        let text = String(decoding: page, as: UTF8.self)
        let script = hash(of: text, in: "script")
        let style = hash(of: text, in: "style")
        return "default-src 'none'; script-src \(script); style-src \(style); connect-src 'self'; img-src data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    private static func hash(of page: String, in tag: String) -> String {
        guard let start = page.firstRange(of: "<\(tag)>"),
            let end = page[start.upperBound...].firstRange(of: "</\(tag)>")
        else { return "'none'" }
        let digest = SHA256.hash(data: Array(page[start.upperBound..<end.lowerBound].utf8))
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }

    private static func bytes(of file: embedded_file) -> [UInt8] {
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
}
