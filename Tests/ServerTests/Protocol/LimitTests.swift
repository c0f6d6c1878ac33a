import HTTP
import Testing

@testable import Server

/// Each limit lets its own value through, and refuses one more with the limit's own answer.
@Suite struct LimitTests {
    private func line(target count: Int) -> String {
        let target = "/" + String(repeating: "a", count: count - "GET / HTTP/1.1".utf8.count)
        return "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private func field(of count: Int) -> String { "X: " + String(repeating: "a", count: count - 3) + "\r\n" }

    private func request(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

    private func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    }

    @Test func `request line`() {
        #expect(transcript(line(target: 8192)).last == "end")
        #expect(transcript(line(target: 8193)) == ["refused request_line_too_long"])
        #expect(Refusal.requestLineTooLong.status == 414)
    }

    @Test func `line without end`() {
        let endless = [UInt8](repeating: 0x41, count: 4 << 20)
        #expect(transcript(endless) == ["refused request_line_too_long"])
        #expect(transcript(Array(request("").utf8.dropLast(2)) + endless) == ["refused fields_too_large"])
    }

    @Test func `field`() {
        #expect(transcript(request(field(of: 8192))).last == "end")
        #expect(transcript(request(field(of: 8193))) == ["refused fields_too_large"])
        #expect(Refusal.fieldsTooLarge.status == 431)
    }

    @Test func `fields together`() {
        // `Host: a` and its end take 9 of 32768 bytes.
        let most = String(repeating: field(of: 8190), count: 3)
        #expect(transcript(request(most + field(of: 32768 - 9 - 3 * 8192 - 2))).last == "end")
        #expect(transcript(request(most + field(of: 32768 - 9 - 3 * 8192 - 1))) == ["refused fields_too_large"])
    }

    @Test func `field count`() {
        #expect(transcript(request(String(repeating: "X: y\r\n", count: 99))).last == "end")
        #expect(transcript(request(String(repeating: "X: y\r\n", count: 100))) == ["refused fields_too_large"])
    }

    @Test func `chunk extensions together`() {
        let name = String(repeating: "a", count: 2046)
        // `;`, the name, and CR count.
        let half = "1;\(name)\r\nx\r\n"
        #expect(transcript(chunked("\(half)\(half)0\r\n\r\n")).last == "end")
        #expect(transcript(chunked("\(half)\(half)0;a\r\n\r\n")).last == "refused chunk_extensions_too_large")
        #expect(Refusal.chunkExtensionsTooLarge.status == .badRequest)
    }

    @Test func `trailers together`() {
        #expect(transcript(chunked("0\r\n" + field(of: 4094) + field(of: 4094) + "\r\n")).last == "end")
        #expect(
            transcript(chunked("0\r\n" + field(of: 4094) + field(of: 4095) + "\r\n")).last == "refused fields_too_large"
        )
        #expect(transcript(chunked("0\r\n" + field(of: 8193) + "\r\n")).last == "refused fields_too_large")
    }
}
