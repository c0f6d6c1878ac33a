import Telemetry

/// One outbound request.
package struct HTTPClientRequest: Sendable {
    package var method: String
    /// Absolute, `http` or `https`.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// The Unix socket that the server listens at; nil for the URL's host.
    package var socketPath: String?
    package var timeouts: HTTPClientTimeouts
    /// A longer answer fails with `.tooLarge`.
    package var maxResponseBytes: Int

    package init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeouts: HTTPClientTimeouts = HTTPClientTimeouts(),
        maxResponseBytes: Int = 64 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maxResponseBytes = maxResponseBytes
    }
}

extension HTTPClientRequest {
    /// The request with the fields of W3C Trace Context.
    func carrying(_ context: TraceContext) -> HTTPClientRequest {
        var request = self
        request.headers.append(("traceparent", context.parent))
        if !context.state.isEmpty { request.headers.append(("tracestate", context.state)) }
        return request
    }
}

/// How long each phase may take.
package struct HTTPClientTimeouts: Sendable, Hashable {
    package var connect: Duration
    /// From the request's end to the answer's first byte.
    package var firstByte: Duration
    package var total: Duration

    package init(
        connect: Duration = .seconds(5),
        firstByte: Duration = .seconds(60),
        total: Duration = .seconds(120)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.total = total
    }
}
