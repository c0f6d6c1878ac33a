import HTTPClient
import Logging
import OTLP
import Synchronization
import Telemetry
import Testing

/// A collector that answers from a list, then 200, and keeps what it was sent.
private final class Collector: HTTPTransport {
    let requests = Mutex<[HTTPClientRequest]>([])
    private let answers: Mutex<[HTTPClientResponse]>

    init(_ answers: [HTTPClientResponse] = []) { self.answers = Mutex(answers) }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        requests.withLock { $0.append(request) }
        return answers.withLock { $0.isEmpty ? HTTPClientResponse(status: 200) : $0.removeFirst() }
    }

    var bodies: [String] { requests.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }
}

@Suite struct TraceExporterTests {
    private let metrics = MetricsRegistry()

    /// What the collector got when `count` spans had ended and the exporter was stopped after `rounds` intervals.
    private func export(
        _ count: Int,
        to collector: Collector,
        rounds: Int = 0,
        capacity: Int = 2048,
        batchSize: Int = 512
    ) async -> [String] {
        let tracer = Tracer(capacity: capacity, metrics: metrics) { 1_700_000_000_000_000_000 }
        for number in 0..<count { tracer.start("span \(number)").end() }
        var configuration = TraceExporter.Configuration(endpoint: "http://collector:4318")
        configuration.headers = { [("Authorization", "Bearer x")] }
        configuration.resource = [("service.name", "test")]
        configuration.batchSize = batchSize
        let (ticks, tick) = AsyncStream<Void>.makeStream()
        for _ in 0..<rounds { tick.yield() }
        tick.finish()
        let exporter = TraceExporter(
            tracer: tracer,
            configuration: configuration,
            transport: collector,
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            sleep: { _ in
                var iterator = ticks.makeAsyncIterator()
                if await iterator.next() == nil { withUnsafeCurrentTask { $0?.cancel() } }
            }
        )
        await Task { await exporter.run() }.value
        return collector.bodies
    }

    private func value(_ name: String) -> String? {
        String(decoding: PrometheusText.render(metrics), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("embed_star_\(name) ") }.map { String($0.split(separator: " ")[1]) }
    }

    @Test func `sends what is left when it is stopped`() async {
        let collector = Collector()
        let bodies = await export(3, to: collector)
        #expect(bodies.count == 1)
        let request = collector.requests.withLock { $0[0] }
        #expect(request.url == "http://collector:4318/v1/traces")
        #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer x" })
        #expect(value("trace_spans_exported_total") == "3")
    }

    @Test func `sends batches of the size given`() async {
        #expect(await export(5, to: Collector(), batchSize: 2).count == 3)
    }

    @Test func `asks nobody without spans`() async {
        #expect(await export(0, to: Collector(), rounds: 3).isEmpty)
    }

    @Test func `counts what does not fit the buffer`() async {
        _ = await export(10, to: Collector(), capacity: 4)
        #expect(value("trace_spans_exported_total") == "4")
        #expect(value("trace_spans_dropped_total") == "6")
    }

    @Test func `tries again when the collector is busy`() async {
        let bodies = await export(1, to: Collector([HTTPClientResponse(status: 503)]), rounds: 2)
        #expect(bodies.count == 2)
        #expect(bodies.first == bodies.last)
        #expect(value("trace_spans_dropped_total") == "0")
    }

    @Test func `drops and counts what the collector refuses`() async {
        let bodies = await export(2, to: Collector([HTTPClientResponse(status: 400)]), rounds: 1)
        #expect(bodies.count == 1)
        #expect(value("trace_spans_dropped_total") == "2")
    }

    @Test func `gives up after its attempts`() async {
        let collector = Collector(Array(repeating: HTTPClientResponse(status: 503), count: 10))
        #expect(await export(1, to: collector, rounds: 9).count == 3)
        #expect(value("trace_spans_dropped_total") == "1")
    }
}
