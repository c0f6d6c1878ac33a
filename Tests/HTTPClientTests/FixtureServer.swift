import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A server on 127.0.0.1 that does byte for byte what a test wants, good or bad: a thread per connection, and a script
/// that is run for each request.
final class FixtureServer: Sendable {
    /// A request as it came in.
    struct Request: Sendable {
        var head: String
        var body: [UInt8]

        var path: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    }

    /// What the script does to its connection.
    struct Connection: Sendable {
        let socket: Int32

        func send(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    Glibc.send(socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        func send(_ text: String) { send(Array(text.utf8)) }

        func answer(_ status: Int = 200, _ headers: String = "", body: String = "") {
            send("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Makes closing send a reset.
        func armReset() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }

        /// Returns once the client has closed its side, or after ten seconds.
        func waitForClose() -> Bool {
            var timeout = timeval(tv_sec: 10, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
            var byte: UInt8 = 0
            return recv(socket, &byte, 1, 0) <= 0
        }
    }

    /// Returns whether the connection stays open.
    typealias Script = @Sendable (Request, Connection) -> Bool

    let port: Int
    private let listener: Int32
    private let script: Script
    private let accepted = Atomic<Int>(0)
    private let served = Atomic<Int>(0)

    var connectionCount: Int { accepted.load(ordering: .relaxed) }
    var requestCount: Int { served.load(ordering: .relaxed) }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping Script) {
        self.script = script
        listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(listener, generic, length) == 0, "bind failed")
                precondition(listen(listener, 256) == 0, "listen failed")
                getsockname(listener, generic, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        run { [weak self] in FixtureServer.accept(listener) { self } }
    }

    deinit {
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// A server that answers every request with 200 and `body`.
    static func fixed(_ body: String = "ok") -> FixtureServer {
        FixtureServer { _, connection in
            connection.answer(body: body)
            return true
        }
    }

    private static func accept(_ listener: Int32, _ server: () -> FixtureServer?) {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket >= 0, let server = server() else { return }
            server.accepted.add(1, ordering: .relaxed)
            let script = server.script
            run { [weak server] in
                serve(socket, script) { server?.served.add(1, ordering: .relaxed) }
                Glibc.close(socket)
            }
        }
    }

    private static func serve(_ socket: Int32, _ script: Script, count: () -> Void) {
        var buffer: [UInt8] = []
        while let request = read(socket, &buffer) {
            count()
            guard script(request, Connection(socket: socket)) else { return }
        }
    }

    private static func read(_ socket: Int32, _ buffer: inout [UInt8]) -> Request? {
        while true {
            if let request = take(&buffer) { return request }
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }

    private static func take(_ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        let isEnd = { (index: Int) in buffer[index..<(index + 4)] == end[...] }
        guard buffer.count >= 4, let start = buffer.indices.dropLast(3).first(where: isEnd) else { return nil }
        let head = String(decoding: buffer[..<start], as: UTF8.self)
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingPrefix(" ")) } ?? 0
        guard buffer.count >= start + 4 + length else { return nil }
        let body = Array(buffer[(start + 4)..<(start + 4 + length)])
        buffer.removeFirst(start + 4 + length)
        return Request(head: head, body: body)
    }
}

/// Runs `body` on a thread of its own: scripts block, which Dispatch's threads are too few for.
private func run(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        nil,
        { argument in
            if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        },
        box.toOpaque()
    )
    precondition(code == 0, "pthread_create failed")
    pthread_detach(thread)
}

private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
