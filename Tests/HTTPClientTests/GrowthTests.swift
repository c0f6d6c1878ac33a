import Foundation
import HTTPClient
import Telemetry
import Testing

/// Good, bad and cancelled calls by the thousand leave nothing behind. `SOAK_CALLS=100000 swift test --filter
/// GrowthTests` makes more of them and, having the process to itself, looks at its descriptors and memory too.
@Suite struct GrowthTests {
    static let soakCalls = ProcessInfo.processInfo.environment["SOAK_CALLS"].flatMap { Int($0) }

    let server = FixtureServer { request, connection in
        switch request.path {
        case "/close": return false
        case "/reset":
            connection.armReset()
            return false
        case "/half":
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            return false
        case "/hang": return !connection.waitForClose()
        default:
            connection.answer(body: String(repeating: "x", count: 2000))
            return true
        }
    }

    @Test func `nothing grows over many calls`() async throws {
        let calls = Self.soakCalls ?? 2000
        let metrics = MetricsRegistry()
        let client = HTTPClient(metrics: metrics)
        let descriptorsBefore = try descriptors()
        var memory: [Int] = []
        for _ in 0..<4 {
            await run(calls / 4, client)
            memory.append(try residentKilobytes())
        }
        let connections = metrics.gauge("http_client_connections", "")
        #expect(connections.value <= 32)
        await client.shutdown()
        #expect(connections.value == 0)
        guard Self.soakCalls != nil else { return }
        #expect(memory[3] - memory[0] < 8 << 10, "resident KiB after each quarter: \(memory)")
        while try descriptors() > descriptorsBefore { try await Task.sleep(for: .milliseconds(10)) }
        print("resident KiB after each quarter of \(calls) calls: \(memory); descriptors: \(descriptorsBefore)")
    }

    private func run(_ calls: Int, _ client: HTTPClient) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { for number in 0..<(calls / 16) { await call(number, client) } }
            }
        }
    }

    private func call(_ number: Int, _ client: HTTPClient) async {
        let path =
            switch number % 40 {
            case 10: "/close"
            case 20: "/reset"
            case 30: "/half"
            case 39: "/hang"
            default: "/"
            }
        let timeouts = HTTPClientTimeouts(total: path == "/hang" ? .milliseconds(30) : .seconds(60))
        let request = HTTPClientRequest("POST", server.url + path, body: [1, 2, 3], timeouts: timeouts)
        guard number % 40 != 5 else {
            let task = Task { try? await client.send(request) }
            task.cancel()
            _ = await task.value
            return
        }
        let response = try? await client.send(request)
        #expect((response?.status == 200) == (path == "/"))
    }

    private func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    private func residentKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
