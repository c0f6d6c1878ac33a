import Testing

@testable import ModelHub

struct ModelReferenceTests {
    @Test(arguments: [
        ("intfloat/multilingual-e5-small", "intfloat/multilingual-e5-small", "main"),
        ("a/b_c.d-1@v1.5", "a/b_c.d-1", "v1.5"),
        ("a/b@refs/pr/1", "a/b", "refs/pr/1"),
    ])
    func `names are read`(text: String, id: String, revision: String) throws {
        let reference = try #require(ModelReference(text))
        #expect(reference.id == id)
        #expect(reference.revision == revision)
        #expect(ModelReference(reference.description) == reference)
    }

    @Test(arguments: [
        "", "a", "/", "a/", "/a", "a/b/c", "../a", "a/..", "a/.b", "a/b.", "a b/c", "a/b@", "a/b@../x", "a/b@a//b",
        "a/b\n",
        "ä/b", "-a/b", "a/\(String(repeating: "x", count: 97))", "a/b@main@x", "a\\b/c", "a/b?c", "a/b%2e",
    ])
    func `what could lead elsewhere is none`(text: String) { #expect(ModelReference(text) == nil) }
}

struct RedirectTargetTests {
    @Test(arguments: [
        ("/api/x?y=1", "https://hub.example/a", "https://hub.example/api/x?y=1"),
        ("https://cdn.example/f?sig=1", "https://hub.example/a", "https://cdn.example/f?sig=1"),
        ("http://cdn.example/f", "http://127.0.0.1:80/a", "http://cdn.example/f"),
    ])
    func `locations are resolved`(location: String, base: String, target: String) {
        #expect(RedirectTarget.of(location, from: base) == target)
    }

    @Test(arguments: [
        "http://cdn.example/f", "//cdn.example/f", "f", "", "ftp://x/", "https://", "https://a@b/c", "https:///x",
    ])
    func `what leads nowhere or in the clear is none`(location: String) {
        #expect(RedirectTarget.of(location, from: "https://hub.example/a") == nil)
    }

    @Test func `an origin is scheme host and port`() {
        #expect(RedirectTarget.origin(of: "HTTPS://Hub.example:8443/x") == "https://hub.example:8443")
        #expect(RedirectTarget.origin(of: "https://hub.example\\@evil.example/") == "https://hub.example")
    }

    @Test func `parts are read`() {
        #expect(ContentRange("bytes 5-9/20") == ContentRange("bytes 5-9/20"))
        #expect(ContentRange("bytes 5-9/20")?.start == 5)
        #expect(ContentRange("bytes 5-9/20")?.total == 20)
        #expect(ContentRange("bytes 5-9/*")?.total == nil)
        for text in ["", "bytes", "bytes x-9/20", "items 5-9/20", "bytes */20"] { #expect(ContentRange(text) == nil) }
    }
}
