import HTTP
import Testing

@testable import Server

@Suite struct RequestParserTests {
    @Test(arguments: RequestSample.accepted)
    func `understands`(_ sample: RequestSample) {
        #expect(transcript(sample.bytes) == sample.expected)
    }

    @Test(arguments: RequestSample.accepted)
    func `understands wherever the input is split`(_ sample: RequestSample) {
        #expect(transcript(sample.bytes, piece: { _ in 1 }) == sample.expected)
        for split in 1..<sample.bytes.count {
            #expect(transcript(sample.bytes, piece: { $0 == 0 ? split : .max }) == sample.expected, "split at \(split)")
        }
    }

    @Test(arguments: RefusedSample.all)
    func `refuses`(_ sample: RefusedSample) {
        #expect(transcript(sample.bytes).last == "refused \(sample.refusal.rawValue)")
    }

    @Test(arguments: RefusedSample.all)
    func `refuses wherever the input is split`(_ sample: RefusedSample) {
        let expected = transcript(sample.bytes).last
        #expect(transcript(sample.bytes, piece: { _ in 1 }).last == expected)
        for split in 1..<sample.bytes.count {
            #expect(transcript(sample.bytes, piece: { $0 == 0 ? split : .max }).last == expected, "split at \(split)")
        }
    }

    @Test(arguments: HTTPMethod.allCases)
    func `knows every method and nothing like it`(method: HTTPMethod) {
        let name = method.rawValue
        #expect(HTTPMethod(Array(name.utf8).span) == method)
        for other in [name.lowercased(), String(name.dropLast()), "\(name)S", "X\(name.dropFirst())", ""] {
            #expect(HTTPMethod(Array(other.utf8).span) == nil)
        }
    }

    @Test func `refuses garbage before its line ends`() {
        #expect(transcript("GET /\0") == ["refused malformed_request_line"])
        #expect(transcript("GET / HTTP/1.1\r\nX: \0") == ["refused malformed_field"])
    }

    @Test func `replaces the host by that of the target`() throws {
        var parser = RequestParser(limits: .init())
        var position = 0
        let bytes = Array("GET http://right:81/x HTTP/1.1\r\nHost: wrong\r\n\r\n".utf8)
        guard case .head(let message) = try parser.next(bytes.span, &position) else {
            Issue.record("no head")
            return
        }
        #expect(message.head.header("host") == "right:81")
    }

    @Test func `keeps fields in order`() throws {
        var parser = RequestParser(limits: .init())
        var position = 0
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX-A:  1 \r\nx-b: 2\r\nX-A: 3\r\n\r\n".utf8)
        guard case .head(let message) = try parser.next(bytes.span, &position) else {
            Issue.record("no head")
            return
        }
        #expect(message.head.headers("x-a") == ["1", "3"])
        #expect(message.head.header("x-b") == "2")
    }

    /// RFC 9112 §11.2: what one server reads as a body another would read as a request.
    @Test func `never reads a request out of a refused one`() {
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        for sample in RefusedSample.all {
            let lines = transcript(sample.bytes + Array(smuggled.utf8))
            #expect(!lines.contains { $0.contains("smuggled") }, "\(sample.name)")
        }
    }
}
