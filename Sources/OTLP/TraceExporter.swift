package import HTTPClient
package import Logging
import Retry
package import Telemetry

/// Sends what a tracer has recorded to an OpenTelemetry collector, in batches, OTLP over HTTP in JSON. A collector that
/// does not answer costs spans, which are counted, and never a request.
package final class TraceExporter: Sendable {
    /// Where and as what.
    package struct Configuration: Sendable {
        /// The collector, without the path of a signal: `OTEL_EXPORTER_OTLP_ENDPOINT`.
        package var endpoint: String
        /// Sent with every export, such as `Authorization`.
        package var headers: @Sendable () -> [(name: String, value: String)]
        /// `service.name` and other attributes of the process.
        package var resource: [(name: String, value: String)]
        package var version: String
        /// Time between two exports.
        package var interval: Duration
        /// Spans in one export.
        package var batchSize: Int
        /// Tries of one export before its spans are dropped.
        package var attempts: Int

        package init(
            endpoint: String,
            headers: @autoclosure @escaping @Sendable () -> [(name: String, value: String)] = [],
            resource: [(name: String, value: String)] = [],
            version: String = "0",
            interval: Duration = .seconds(5),
            batchSize: Int = 512,
            attempts: Int = 3
        ) {
            self.endpoint = endpoint
            self.headers = headers
            self.resource = resource
            self.version = version
            self.interval = interval
            self.batchSize = batchSize
            self.attempts = attempts
        }
    }

    private enum Outcome {
        case accepted
        /// Worth another try, after the time the collector asked for.
        case busy(String, after: Duration?)
        case refused(String)
    }

    private static let backoff = Backoff(base: .seconds(1), longest: .seconds(30))

    private let tracer: Tracer
    private let configuration: Configuration
    private let transport: any HTTPTransport
    private let exported: Counter
    private let sleep: @Sendable (Duration) async -> Void
    private let logger: Logger

    package init(
        tracer: Tracer,
        configuration: Configuration,
        transport: any HTTPTransport,
        metrics: MetricsRegistry,
        logger: Logger,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.tracer = tracer
        self.configuration = configuration
        self.transport = transport
        self.logger = logger
        self.sleep = sleep
        exported = metrics.counter("trace_spans_exported_total", "Spans that the collector accepted.")
    }

    /// Exports at every interval until the task is cancelled, then what is left, once.
    package func run() async {
        var isFailing = false
        while !Task.isCancelled {
            await sleep(configuration.interval)
            if Task.isCancelled { break }
            await exportAll(attempts: configuration.attempts, &isFailing)
        }
        // The task's own cancellation would end the transfer at once.
        let last = Task { [isFailing] in
            var isFailing = isFailing
            await self.exportAll(attempts: 1, &isFailing)
        }
        await last.value
    }

    private func exportAll(attempts: Int, _ isFailing: inout Bool) async {
        while true {
            let spans = tracer.take(upTo: configuration.batchSize)
            guard !spans.isEmpty else { return }
            if let fault = await export(spans, attempts: attempts) {
                tracer.drop(spans.count)
                if !isFailing { logger.warning("the collector accepts no traces", metadata: ["error": "\(fault)"]) }
                isFailing = true
                return
            }
            exported.increment(by: spans.count)
            if isFailing { logger.notice("the collector accepts traces again") }
            isFailing = false
        }
    }

    /// - Returns: why the spans could not be delivered.
    private func export(_ spans: [Span], attempts: Int) async -> String? {
        let body = TraceRequest.bytes(spans, resource: configuration.resource, version: configuration.version)
        var fault = ""
        for attempt in 1...max(1, attempts) {
            switch await send(body) {
            case .accepted: return nil
            case .refused(let reason): return reason
            case .busy(let reason, let after):
                fault = reason
                guard attempt < attempts, !Task.isCancelled else { return fault }
                await sleep(min(after ?? Self.backoff.ceiling(ofAttempt: attempt), Self.backoff.longest))
            }
        }
        return fault
    }

    private func send(_ body: [UInt8]) async -> Outcome {
        let request = HTTPClientRequest(
            "POST",
            configuration.endpoint + "/v1/traces",
            headers: [("Content-Type", "application/json")] + configuration.headers(),
            body: body,
            timeouts: HTTPClientTimeouts(connect: .seconds(2), firstByte: .seconds(5), total: .seconds(5)),
            maxResponseBytes: 64 << 10
        )
        do throws(HTTPClientError) {
            let response = try await transport.send(request)
            switch response.status {
            case 200..<300: return .accepted
            case 429, 502, 503, 504:
                let seconds = response.header("Retry-After").flatMap { Int($0) }.map { max(0, $0) }
                let words = "the collector answered \(response.status)\(response.way)"
                return .busy(words, after: seconds.map { .seconds($0) })
            default: return .refused("the collector answered \(response.status)\(response.way)")
            }
        } catch {
            return .busy("the collector cannot be reached: \(error.message)", after: nil)
        }
    }
}
