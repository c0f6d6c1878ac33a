import Dispatch
import EventLoop
import Glibc
import HTTP
import Logging
import Telemetry

@testable import Server

/// A responder made of closures.
struct ClosureResponder: RequestResponder {
    var policy: @Sendable (HTTPRequestHead) -> BodyPolicy = { _ in .collect(limit: 1 << 20) }
    var now: @Sendable (HTTPRequest) -> HTTPResponse? = { _ in nil }
    var brief: (@Sendable (HTTPRequest) async -> HTTPResponse)?
    var later: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in HTTPResponse(.notFound) }

    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { policy(head) }

    func answer(to request: HTTPRequest) -> HTTPAnswer {
        if let response = now(request) { return .now(response) }
        if let brief { return .brief { await brief(request) } }
        return .later { await later(request) }
    }
}

/// Runs a server on a free port for the time of `body`.
func withServer(
    _ responder: some Responder,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    metrics: MetricsRegistry = MetricsRegistry(),
    _ body: (HTTPServer, Int) async throws -> Void
) async throws {
    var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
    // Tests wait for each other's processor time, between the parts of a body too.
    configuration.timeouts.bodyGrace = .seconds(60)
    configure(&configuration)
    let loop = try EventLoop()
    defer { loop.end() }
    let server = HTTPServer(
        configuration: configuration,
        loops: [loop],
        responder: responder,
        metrics: metrics,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    let port = try await server.start()
    do { try await body(server, port) } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
    await server.shutdown(grace: .zero)
}

/// A blocking TCP connection to a local port, used off the cooperative threads.
final class TestClient: Sendable {
    private let descriptor: Int32
    // Serial queues have threads of their own, so that waiting here holds nobody up.
    private let sending = DispatchQueue(label: "test-client.send")
    private let receiving = DispatchQueue(label: "test-client.receive")

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw TestClientError.refused
        }
    }

    deinit { close(descriptor) }

    enum TestClientError: Error { case refused, timedOut }

    func send(_ text: String) async { await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async {
        await on(sending) { [descriptor] in
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(
                        descriptor,
                        $0.baseAddress.map { $0 + offset },
                        bytes.count - offset,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                if count <= 0 { return }
                offset += count
            }
        }
    }

    /// Posts `bytes` compressed, as the last request.
    func send(gzipped bytes: [UInt8], to path: String) async {
        let body = GzipEncoder.compress(bytes) ?? []
        let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
        await send(Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    /// Closes the sending side.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset.
    func reset() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// All that comes until the server closes.
    func readAll() async -> String {
        await on(receiving) { [descriptor] in
            var bytes: [UInt8] = []
            while let piece = Self.receive(descriptor), !piece.isEmpty { bytes += piece }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The number of bytes that come until the server closes.
    func countAll() async -> Int {
        await on(receiving) { [descriptor] in
            var count = 0
            while let piece = Self.receive(descriptor), !piece.isEmpty { count += piece.count }
            return count
        }
    }

    /// Returns once the peer has reset the connection.
    func waitUntilReset() async {
        await on(receiving) { [descriptor] in
            var event = pollfd(fd: descriptor, events: 0, revents: 0)
            _ = poll(&event, 1, 20_000)
        }
    }

    /// Returns once the peer's system has all sent bytes.
    func waitUntilSent() async {
        await on(receiving) { [descriptor] in
            var queued: Int32 = 1
            while queued > 0 {
                _ = ioctl(descriptor, UInt(TIOCOUTQ), &queued)
                usleep(1000)
            }
        }
    }

    /// Returns once the peer has left the sent bytes unread for a while.
    func waitUntilSendingStalls() async {
        await on(receiving) { [descriptor] in
            var last: Int32 = -1
            while true {
                var queued: Int32 = 0
                _ = ioctl(descriptor, UInt(TIOCOUTQ), &queued)
                if queued > 0 && queued == last { return }
                last = queued
                usleep(50_000)
            }
        }
    }

    /// What comes until it contains `marker` so many times, or the connection ends.
    func read(until marker: String, times: Int = 1) async -> String {
        await on(receiving) { [descriptor] in
            var text = ""
            while text.occurrences(of: marker) < times, let piece = Self.receive(descriptor), !piece.isEmpty {
                text += String(decoding: piece, as: UTF8.self)
            }
            return text
        }
    }

    private static func receive(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }

    private func on<Value: Sendable>(
        _ queue: DispatchQueue,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}

extension String {
    func occurrences(of marker: String) -> Int {
        let text = Array(utf8)
        let pattern = Array(marker.utf8)
        guard text.count >= pattern.count else { return 0 }
        return (0...text.count - pattern.count).count { Array(text[$0..<$0 + pattern.count]) == pattern }
    }

    /// The status codes of the answers in this text.
    var statuses: [Int] {
        split(separator: "HTTP/1.1 ", omittingEmptySubsequences: true).dropFirst(hasPrefix("HTTP/1.1 ") ? 0 : 1)
            .compactMap { Int($0.prefix(3)) }
    }
}
