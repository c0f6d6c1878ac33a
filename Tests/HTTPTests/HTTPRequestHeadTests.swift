import HTTP
import Testing

@Suite struct HTTPRequestHeadTests {
    @Test func `splits the target into path and query`() {
        let head = HTTPRequestHead(.get, "/search?q=a%20b&limit=3")
        #expect(head.rawPath == "/search")
        #expect(head.rawQuery == "q=a%20b&limit=3")
        #expect(head.hasPath("/search"))
        #expect(!head.hasPath("/searc"))
    }

    @Test func `finds fields without case`() {
        let head = HTTPRequestHead(.get, "/", headers: ["X-One": "1", "x-one": "2"])
        #expect(head.header("x-one") == "1")
        #expect(head.headers("x-one") == ["1", "2"])
        #expect(head.header("x-two") == nil)
    }
}
