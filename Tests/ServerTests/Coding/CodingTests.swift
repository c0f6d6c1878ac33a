import HTTP
import Synchronization
import Testing

@testable import Server

@Suite struct CodingTests {
    @Test(arguments: [
        ("", false), ("gzip", true), ("GZip", true), ("x-gzip", true), ("deflate, gzip;q=0.5", true),
        ("gzip;q=0", false), ("gzip; q=0.000", false), ("identity", false), ("*", true), ("*;q=0", false),
        ("gzip;q=0.2, identity;q=0.8", false), ("gzip;q=0.8, identity;q=0.2", true), ("br", false),
        ("gzip;q=0, *", false), ("identity;q=0, *;q=0.5", true), ("gzip;q=2", false), ("gzip;q=x", false),
        (",,", false),
    ])
    func `weighs what the client accepts`(field: String, expected: Bool) {
        #expect(AcceptEncoding.prefersGzip([field]) == expected)
    }

    @Test func `joins several fields`() {
        #expect(AcceptEncoding.prefersGzip(["br", "gzip"]))
    }

    private static let long = [UInt8](repeating: 0x61, count: 5000)

    private func compressed(_ type: String, _ body: [UInt8], accept: String = "gzip") -> HTTPResponse {
        let head = HTTPRequestHead(.get, "/", headers: ["Accept-Encoding": accept])
        return ResponseCompression.apply(to: HTTPResponse(.ok, contentType: type, body), for: head)
    }

    @Test(arguments: ["application/json", "text/plain; charset=utf-8", "application/problem+json", "application/yaml"])
    func `compresses text`(type: String) throws {
        let response = compressed(type, Self.long)
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["Vary"] == "Accept-Encoding")
        guard case .bytes(let bytes) = response.body else { return }
        #expect(try expand(bytes) == Self.long)
    }

    @Test func `compresses streams and holds nothing back`() async throws {
        let head = HTTPRequestHead(.get, "/", headers: ["Accept-Encoding": "gzip"])
        let events = ["event: a\ndata: 1\n\n", "event: b\ndata: 2\n\n"].map { Array($0.utf8) }
        let stream = HTTPResponse(
            .ok,
            headers: ["Content-Type": "text/event-stream"],
            body: .stream { for event in events { try await $0.write(event) } }
        )
        let response = ResponseCompression.apply(to: stream, for: head)
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["Vary"] == "Accept-Encoding")
        guard case .stream(let write) = response.body else { return }
        let sent = RecordingWriter()
        try await write(sent)
        #expect(sent.pieces.count == 3)
        let inflater = try Inflater()
        for (piece, event) in zip(sent.pieces, events + [[]]) {
            var expanded: [UInt8] = []
            inflater.feed(piece.span)
            while !inflater.isDrained { try inflater.expand(into: &expanded, limit: .max) }
            #expect(expanded == event)
        }
        #expect(inflater.isComplete)
    }

    @Test func `compresses large pieces of a stream whole`() throws {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let encoder = try GzipEncoder()
        #expect(try expand(encoder.encode(noise) + encoder.encode(Self.long) + encoder.finish()) == noise + Self.long)
    }

    @Test func `leaves streams of other types alone`() {
        let head = HTTPRequestHead(.get, "/", headers: ["Accept-Encoding": "gzip"])
        let stream = HTTPResponse(.ok, headers: ["Content-Type": "application/zip"], body: .stream { _ in })
        #expect(ResponseCompression.apply(to: stream, for: head).headers["Content-Encoding"] == nil)
    }

    @Test func `leaves the rest alone`() {
        #expect(compressed("image/png", Self.long).headers["Content-Encoding"] == nil)
        #expect(compressed("text/plain", Array(Self.long.prefix(1023))).headers["Vary"] == nil)
        let plain = compressed("text/plain", Self.long, accept: "identity")
        #expect(plain.headers["Content-Encoding"] == nil)
        #expect(plain.headers["Vary"] == "Accept-Encoding")
    }

    private func expand(_ bytes: [UInt8], step: Int = .max, limit: Int = .max) throws -> [UInt8] {
        let inflater = try Inflater()
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(step, bytes.count - start)
            inflater.feed(bytes.span.extracting(start..<end))
            while !inflater.isDrained { try inflater.expand(into: &output, limit: limit) }
            start = end
        }
        #expect(inflater.isComplete)
        return output
    }

    @Test func `expands wherever the input is split`() throws {
        let text = Array("some text, some text, some more text".utf8)
        let bytes = try #require(GzipEncoder.compress(text + Self.long))
        for step in [1, 2, 3, 7, .max] { #expect(try expand(bytes, step: step, limit: 10) == text + Self.long) }
    }

    @Test func `expands several members`() throws {
        let bytes = try #require(GzipEncoder.compress(Self.long))
        #expect(try expand(bytes + bytes) == Self.long + Self.long)
    }

    @Test func `refuses what is not gzip`() throws {
        let bytes = try #require(GzipEncoder.compress(Self.long))
        #expect(throws: Refusal.malformedContentCoding) { try expand(Array("hello, world".utf8)) }
        #expect(throws: Refusal.malformedContentCoding) { try expand(bytes + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }
        #expect(throws: Refusal.malformedContentCoding) {
            var broken = bytes
            broken[broken.count - 5] ^= 1
            return try expand(broken)
        }
    }

    @Test func `a bomb stops at the limit`() throws {
        let bomb = try #require(GzipEncoder.compress([UInt8](repeating: 0, count: 64 << 20)))
        var body = try RequestBody(policy: .collect(limit: 1 << 20), coding: .gzip, expected: bomb.count)
        #expect(throws: Refusal.bodyTooLarge) { try body.append(bomb.span) }
    }

    @Test func `a streamed bomb is expanded as it is read`() throws {
        let bomb = try #require(GzipEncoder.compress([UInt8](repeating: 0, count: 8 << 20)))
        var body = try RequestBody(policy: .stream(limit: nil), coding: .gzip, expected: nil)
        try body.append(bomb.span)
        #expect(body.isFull)
        var total = 0
        while true {
            let piece = try body.take()
            if piece.isEmpty { break }
            #expect(piece.count <= RequestBody.highWater)
            total += piece.count
        }
        #expect(total == 8 << 20)
        try body.checkEnd()
    }
}

/// Keeps what is written.
private final class RecordingWriter: HTTPBodyWriter {
    private let written = Mutex<[[UInt8]]>([])

    var pieces: [[UInt8]] { written.withLock { $0 } }

    func write(_ bytes: [UInt8]) async throws { written.withLock { $0.append(bytes) } }
}
