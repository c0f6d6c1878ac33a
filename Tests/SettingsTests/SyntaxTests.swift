import Settings
import Testing

/// What values are written like.
@Suite struct SyntaxTests {
    @Test func `URLs that paths are put after have no query`() {
        let setting = Setting<String?>.optionalURL("A_URL", "", schemes: ["https"])
        #expect(setting.accepts("https://a/b") && !setting.accepts("https://a?b"))
    }

    @Test(arguments: [("64MiB", 64 << 20), ("1048576", 1 << 20), ("2 kb", 2048), ("0", 0)])
    func `reads byte sizes`(text: String, bytes: Int) { #expect(ByteSize.parse(text) == bytes) }

    @Test(arguments: ["MiB", "-1", "1.5MiB", "1 parsec", "99999999999999999999"])
    func `refuses other byte sizes`(text: String) { #expect(ByteSize.parse(text) == nil) }

    @Test(arguments: [
        "ws://a:0", "http://", "http://:80", "ftp://a", "http://a b", "a", "http://a?b", "http://a/#b", "http://a\\@b/",
    ])
    func `refuses URLs`(text: String) { #expect(!URLSyntax.isBase(text, schemes: ["http", "ws"])) }

    @Test(arguments: ["http://a", "ws://u:p@a:8000/rpc", "http://[::1]:8000"])
    func `accepts URLs`(text: String) { #expect(URLSyntax.isBase(text, schemes: ["http", "ws"])) }

    @Test(arguments: [
        ("http://u:p@a/x", "http://***@a/x"), ("http://a,ws://u:p@b", "http://a,ws://***@b"),
        ("http://u:p@a,http://v:q@b", "http://***@a,http://***@b"), ("http://u:p,w@a", "http://***@a"),
        ("http://u:p/w?#@a", "http://***@a"), ("http://u:p@\u{301}@a", "http://***@a"), ("u:p@a:80", "***@a:80"),
        ("http://a:80/x?y", "http://a:80/x?y"), ("owner/name@main", "owner/name@main"), ("", ""),
    ])
    func `credentials are masked however they are written`(text: String, shown: String) {
        #expect(URLSyntax.masked(text) == shown)
    }
}
