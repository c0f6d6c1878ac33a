import Testing

@testable import HTTPClient

@Suite struct HeaderBlockTests {
    @Test func `fields are read as they came`() {
        let text = "HTTP/1.1 200 OK\r\nA: 1\r\nb:\t two \t\r\nEmpty:\r\nno colon\r\nA: 2\r\nTime: 12:00\r\n\r\n"
        let block = HeaderBlock(bytes: Array(text.utf8))
        #expect(block.value(of: "a") == "1")
        #expect(block.value(of: "B") == "two")
        #expect(block.value(of: "empty") == "")
        #expect(block.value(of: "HTTP/1.1 200 OK") == nil)
        #expect(block.value(of: "missing") == nil)
        #expect(block.value(of: "time") == "12:00")
        #expect(block.value(of: "no colon") == nil)
        #expect(HeaderBlock(bytes: []).value(of: "a") == nil)
    }

    @Test func `a response finds fields however it was made`() {
        var response = HTTPClientResponse(status: 200, headers: [("Retry-After", "5")])
        #expect(response.header("retry-after") == "5")
        response = HTTPClientResponse(
            status: 200,
            headers: HeaderBlock(bytes: Array("X\r\nRetry-After: 7\r\n".utf8)),
            body: []
        )
        #expect(response.header("RETRY-AFTER") == "7")
        #expect(response.header("X") == nil)
    }
}
