package import Telemetry

/// Sends requests over libcurl, all of them on one serial executor and none of them blocking a thread: connections are
/// kept alive and shared, HTTP/2 is used where a TLS peer offers it, gzip answers come out expanded, redirects are
/// not followed. Cancelling the calling task closes the transfer.
package final class HTTPClient: HTTPTransport {
    private let loop: TransferLoop

    /// - Parameter executor: where its requests are worked on, asked for with the first of them; by default a queue of
    ///   its own.
    package init(
        configuration: Configuration = Configuration(),
        metrics: MetricsRegistry = MetricsRegistry(),
        executor: @escaping @Sendable () -> (any TransferExecutor)? = { nil }
    ) {
        loop = TransferLoop(configuration: configuration, metrics: HTTPClientMetrics(metrics)) {
            executor() ?? DispatchTransferExecutor()
        }
    }

    deinit { loop.submit(.shutdown(nil)) }

    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        guard let target = RequestTarget(request.url) else {
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
        to target: RequestTarget
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        let transfer = Transfer(request: request, target: target)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { loop.submit(.start(transfer, $0)) }
        } onCancel: {
            loop.submit(.cancel(transfer))
        }
        return try answer.get()
    }

    /// Fails what is under way with `.shutdown`, closes every connection and refuses later requests.
    package func shutdown() async {
        await withCheckedContinuation { loop.submit(.shutdown($0)) }
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
