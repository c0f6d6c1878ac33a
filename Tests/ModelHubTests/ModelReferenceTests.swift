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

struct ContentRangeTests {
    @Test func `parts are read`() {
        #expect(ContentRange("bytes 5-9/20") == ContentRange("bytes 5-9/20"))
        #expect(ContentRange("bytes 5-9/20")?.start == 5)
        #expect(ContentRange("bytes 5-9/20")?.total == 20)
        #expect(ContentRange("bytes 5-9/*")?.total == nil)
        for text in ["", "bytes", "bytes x-9/20", "items 5-9/20", "bytes */20"] { #expect(ContentRange(text) == nil) }
    }
}
