import EventLoop
import HTTP
import Testing

@Suite struct BriefWorkTests {
    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `brief work runs on the loop and comes back to it`(isBrief: Bool) async throws {
        let work: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            let before = EventLoop.current != nil
            await Task.detached {}.value
            let after = EventLoop.current != nil
            return HTTPResponse(.ok, contentType: "text/plain", Array("\(before) \(after)".utf8))
        }
        let responder = isBrief ? ClosureResponder(brief: work) : ClosureResponder(later: work)
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            for _ in 0..<20 {
                await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = await client.read(until: "\(isBrief) \(isBrief)")
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
        }
    }
}
