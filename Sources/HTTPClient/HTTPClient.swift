package import EventLoop
import Synchronization
package import Telemetry

/// Sends requests over libcurl on event loops, none of them blocking a thread: connections are kept alive and shared,
/// HTTP/2 is used where a TLS peer offers it, gzip answers come out expanded, redirects are not followed. Cancelling the
/// calling task closes the transfer.
package final class HTTPClient: HTTPTransport {
    private let handles: [MultiHandle]
    /// Ends with the client.
    private let ownLoop: EventLoop?
    private let turn = Atomic<UInt>(0)

    /// - Parameter loops: requests are spread over them, each on the loop that it is sent from where that is one of them
    ///   and has room.
    package convenience init(
        configuration: Configuration = Configuration(),
        metrics: MetricsRegistry = MetricsRegistry(),
        loops: [EventLoop]
    ) {
        self.init(configuration, metrics, loops, ownLoop: nil)
    }

    /// A client on a loop of its own.
    package convenience init(
        configuration: Configuration = Configuration(),
        metrics: MetricsRegistry = MetricsRegistry()
    ) {
        let loop: EventLoop
        do { loop = try EventLoop(label: "embed-star.http-client") } catch { preconditionFailure("\(error)") }
        self.init(configuration, metrics, [loop], ownLoop: loop)
    }

    private init(_ configuration: Configuration, _ metrics: MetricsRegistry, _ loops: [EventLoop], ownLoop: EventLoop?)
    {
        let metrics = HTTPClientMetrics(metrics)
        handles = loops.map { loop in
            MultiHandle(loop: loop, configuration: configuration, share: loops.count, metrics: metrics)
        }
        self.ownLoop = ownLoop
    }

    deinit {
        for handle in handles { handle.loop.execute { handle.shutDown() } }
        ownLoop?.end()
    }

    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        guard let target = AbsoluteURL(request.url) else {
            throw HTTPClientError(.invalidURL, "not an absolute http or https URL")
        }
        try Self.validate(request)
        guard let caller = Span.current else { return try await send(request, to: target) }
        let span = caller.child(request.method, kind: .client)
        span.set("http.request.method", request.method)
        span.set("url.full", target.redacted)
        return try await span.run(failure: \.code.rawValue) { () async throws(HTTPClientError) in
            let response = try await send(request.carrying(span.context), to: target)
            span.set("http.response.status_code", response.status)
            return response
        }
    }

    private func send(
        _ request: HTTPClientRequest,
        to target: AbsoluteURL
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        try await handle().perform(Transfer(request: request, target: target)).get()
    }

    /// Where a request that is sent here and now runs.
    private func handle() -> MultiHandle {
        if handles.count == 1 { return handles[0] }
        if let current = EventLoop.current, let here = handles.first(where: { $0.loop === current }), here.hasRoom {
            return here
        }
        let start = Int(turn.wrappingAdd(1, ordering: .relaxed).newValue % UInt(handles.count))
        let inTurn = handles[start...] + handles[..<start]
        return inTurn.min { $0.currentLoad < $1.currentLoad } ?? handles[0]
    }

    /// Fails what is under way with `.shutdown`, closes every connection and refuses later requests.
    package func shutdown() async {
        for handle in handles { await handle.loop.run { handle.shutDown() } }
        ownLoop?.end()
    }

    /// Refuses what would break the framing of the request (RFC 9110, sections 5.1, 5.5 and 9.1).
    private static func validate(_ request: HTTPClientRequest) throws(HTTPClientError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(isTokenByte) else {
            throw HTTPClientError(.other, "the method is not a token")
        }
        for (name, value) in request.headers {
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
                throw HTTPClientError(.other, "a header's name is not a token")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPClientError(.other, "the value of header \(name) has a control character")
            }
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
