import HTTP
import Testing

@testable import Server

@Suite struct ResponseEncoderTests {
    private func encode(
        _ response: HTTPResponse,
        isHead: Bool = false,
        minorVersion: Int = 1,
        keepsAlive: Bool = true
    ) -> [Substring] {
        var output: [UInt8] = []
        let context = ResponseEncoder.Context(isHead: isHead, minorVersion: minorVersion, keepsAlive: keepsAlive)
        ResponseEncoder().encode(response, context, into: &output)
        return String(decoding: output, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    }

    private static let text = HTTPResponse(.ok, contentType: "text/plain", Array("hello".utf8))

    @Test func `carries what every answer carries`() {
        let lines = encode(Self.text)
        #expect(lines.first == "HTTP/1.1 200 OK")
        #expect(lines.contains("Server: embed-star"))
        #expect(lines.contains("X-Content-Type-Options: nosniff"))
        #expect(lines.contains { $0.hasPrefix("Date: ") && $0.hasSuffix(" GMT") })
        #expect(lines.contains("Content-Length: 5"))
        #expect(lines.suffix(2) == ["", "hello"])
        #expect(!lines.contains { $0.hasPrefix("Connection") })
    }

    @Test func `carries the name of the request`() {
        var response = Self.text
        response.requestID = "abc-1"
        #expect(encode(response).contains("X-Request-Id: abc-1"))
        response.requestID = "a\r\nX-Injected: b"
        #expect(!encode(response).contains { $0.hasPrefix("X-Request-Id") || $0.hasPrefix("X-Injected") })
        #expect(!encode(Self.text).contains { $0.hasPrefix("X-Request-Id") })
    }

    @Test func `head has the length but not the body`() {
        let lines = encode(Self.text, isHead: true)
        #expect(lines.contains("Content-Length: 5"))
        #expect(lines.last == "")
    }

    @Test(arguments: [204, 304]) func `no body means no length`(code: Int) {
        let lines = encode(HTTPResponse(HTTPStatus(code), body: .bytes([1])))
        #expect(!lines.contains { $0.hasPrefix("Content-Length") })
        #expect(lines.last == "")
    }

    @Test func `says how the connection goes on`() {
        #expect(encode(Self.text, keepsAlive: false).contains("Connection: close"))
        #expect(encode(Self.text, minorVersion: 0).contains("Connection: keep-alive"))
    }

    @Test func `streams are chunked or end with the connection`() {
        let stream = HTTPResponse(.ok, body: .stream { _ in })
        #expect(encode(stream).contains("Transfer-Encoding: chunked"))
        let old = encode(stream, minorVersion: 0)
        #expect(old.contains("Connection: close"))
        #expect(!old.contains { $0.hasPrefix("Transfer-Encoding") })
    }

    @Test func `responders cannot break the framing`() {
        let headers: HTTPHeaders = [
            "Content-Length": "1", "transfer-encoding": "x", "Connection": "x", "Date": "x", "Server": "x",
            "X-Bad": "a\r\nX-Injected: b", "X Bad": "c", "X-Good": "d",
        ]
        let lines = encode(HTTPResponse(.ok, headers: headers, body: .bytes([0x61])))
        #expect(lines.filter { $0.hasPrefix("Content-Length") } == ["Content-Length: 1"])
        #expect(lines.contains("X-Good: d"))
        #expect(!lines.contains { $0.contains("Injected") || $0.contains("X Bad") || $0.hasSuffix(": x") })
    }

    @Test func `interim answers of responders are faults`() {
        #expect(encode(HTTPResponse(100)).first == "HTTP/1.1 500 Internal Server Error")
    }

    @Test func `chunks carry their size`() {
        var output: [UInt8] = []
        ResponseEncoder.encodeChunk([], into: &output)
        ResponseEncoder.encodeChunk(Array("0123456789abcdefg".utf8), into: &output)
        ResponseEncoder.encodeLastChunk(into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "11\r\n0123456789abcdefg\r\n0\r\n\r\n")
    }

    @Test func `date is in the form of the standard`() {
        var date = DateField(second: 784_111_777)
        #expect(String(decoding: date.bytes, as: UTF8.self) == "Sun, 06 Nov 1994 08:49:37 GMT")
        date.update(to: 784_111_778)
        #expect(String(decoding: date.bytes, as: UTF8.self) == "Sun, 06 Nov 1994 08:49:38 GMT")
    }
}
