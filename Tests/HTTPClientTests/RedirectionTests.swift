import Testing

@testable import HTTPClient

@Suite struct RedirectionTests {
    private static let base = "https://hub.example/v1/a?b=c/d"

    @Test(arguments: [
        ("/api/x?y=1", "https://hub.example/api/x?y=1"), ("https://cdn.example/f?sig=1", "https://cdn.example/f?sig=1"),
        ("//cdn.example/f", "https://cdn.example/f"), ("f", "https://hub.example/v1/f"),
        ("../f", "https://hub.example/v1/../f"), ("?e", "https://hub.example/v1/a?e"), ("", "https://hub.example/v1/a"),
        ("x/y:z", "https://hub.example/v1/x/y:z"),
    ])
    func `locations are resolved`(location: String, target: String) {
        #expect(Redirection.target(location, of: Self.base) == target)
    }

    @Test func `a URL without a path has a root`() {
        #expect(Redirection.target("f", of: "http://a:1") == "http://a:1/f")
        #expect(Redirection.target("http://b/f", of: "http://a:1?q") == "http://b/f")
    }

    @Test(arguments: [
        "http://cdn.example/f", "ftp://x/", "https://", "https://a@b/c", "https:///x", "mailto:a", "//a@b/",
        "https://hub.example\\@evil.example/", "/\\evil.example", "javascript:x",
    ])
    func `what leads nowhere or in the clear is none`(location: String) {
        #expect(Redirection.target(location, of: Self.base) == nil)
    }

    @Test(arguments: [
        ("HTTPS://Hub.example:8443/x", "https://hub.example:8443"), ("https://a:443/x", "https://a"),
        ("http://a:80", "http://a"), ("http://a:443", "http://a:443"), ("http://[::1]:80/", "http://[::1]"),
        ("https://a?b@c", "https://a"),
    ])
    func `an origin is scheme, host and port`(url: String, origin: String) {
        #expect(Redirection.origin(of: url) == origin)
    }

    @Test(arguments: ["http://a.test\\@evil.test/", "http://a.test/\\x"])
    func `a URL with a backslash is none`(url: String) { #expect(AbsoluteURL(url) == nil) }
}
