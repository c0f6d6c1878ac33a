/// Settings of an HTTP server. The defaults are those of production.
package struct HTTPServerConfiguration: Sendable {
    /// An IPv4 or IPv6 address, a name that resolves to one, or `unix:/path` of a Unix socket.
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port = 9090
    /// Who may connect to a Unix socket, as of a file.
    package var socketMode = 0o660
    package var limits = Limits()
    package var timeouts = Timeouts()
    /// How long requests in flight may take after a shutdown that `run()` began on cancellation.
    package var shutdownGrace: Duration = .seconds(25)

    package init() {}

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Where the Unix socket is; nil when it is none.
    package var socketPath: String? { host.hasPrefix("unix:") ? String(host.dropFirst(5)) : nil }

    /// Bounds on what a client may send, in bytes unless said otherwise.
    package struct Limits: Sendable {
        /// A longer request line is answered 414.
        package var requestLine = 8 << 10
        /// A longer header field is answered 431.
        package var field = 8 << 10
        /// All header fields together; past it the answer is 431.
        package var fields = 32 << 10
        /// Number of header fields; past it the answer is 431.
        package var fieldCount = 100
        /// Chunk extensions of one body together; past it the answer is 400.
        package var chunkExtensions = 4 << 10
        /// Trailer fields of one body together; past it the answer is 431.
        package var trailers = 8 << 10
        /// Pipelined requests are answered one after the other; after so many in a row, the answers are sent and other
        /// connections get their turn before reading continues.
        package var pipelinedRequests = 64
        /// Open connections. Past it those that have been idle longest make room; if none is, the answer is 503. The
        /// process needs descriptors for a quarter more of them, and three for each loop (`DescriptorBudget`).
        package var connections = 10_000
        /// What all connections together keep in memory of requests and answers. Past it a request that brings more is
        /// answered 503; what needs no room is still served.
        package var bufferedBytes = 256 << 20

        package init() {}
    }

    /// Bounds on how long a client may take.
    package struct Timeouts: Sendable {
        /// From the first byte of a request to the end of its header; past it the answer is 408.
        package var header: Duration = .seconds(10)
        /// Bytes a second on average, of a body (slower is answered 408) and of an answer (slower is broken off).
        package var bytesPerSecond = 1 << 10
        /// How long a body may be slower than that at first.
        package var bodyGrace: Duration = .seconds(5)
        /// A body that makes no progress for so long is answered 408, however fast it was before.
        package var bodyStall: Duration = .seconds(30)
        /// Between requests.
        package var idle: Duration = .seconds(75)
        /// From the end of the body to the start of the answer; past it the work is cancelled and the answer is 503.
        package var response: Duration = .seconds(30)
        /// An answer of which the client takes nothing for so long is broken off.
        package var writeStall: Duration = .seconds(30)
        /// How long an answer is still worked on after the client closed its sending side: it may wait for the answer
        /// or have gone away, which cannot be told apart.
        package var halfClosed: Duration = .seconds(5)
        /// How long input is awaited and discarded after the last answer, so that the client gets to read it.
        package var linger: Duration = .seconds(2)
        /// How long that may continue in all while the client keeps sending.
        package var lingerLimit: Duration = .seconds(30)

        package init() {}
    }
}

extension HTTPServerConfiguration.Timeouts {
    /// Deadlines are looked at as often as the shortest of them needs.
    var shortest: Duration {
        [header, bodyGrace, bodyStall, idle, response, writeStall, halfClosed, linger].min() ?? header
    }
}
