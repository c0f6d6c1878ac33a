import Telemetry
import Testing

@Suite struct TraceContextTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test(arguments: ["00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00"])
    func `writes what it read`(parent: String) throws {
        let context = try #require(TraceContext(parent: parent))
        #expect(context.parent == parent)
        #expect(context.isSampled == parent.hasSuffix("1"))
    }

    @Test(
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01-more",
            "ff-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01", "00-\(trace.uppercased())-\(span)-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00_\(trace)-\(span)-01", "00-\(trace)-\(span)-0x", "01-\(trace)-\(span)-01x", " 00-\(trace)-\(span)-01",
        ]
    )
    func `refuses what is not valid`(parent: String) { #expect(TraceContext(parent: parent) == nil) }

    @Test func `understands later versions`() throws {
        let context = try #require(TraceContext(parent: "cc-\(Self.trace)-\(Self.span)-03-what-comes"))
        #expect(context.isSampled)
        #expect(context.parent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test(
        arguments: [
            ("vendor=1,other=2", "vendor=1,other=2"), (String(repeating: "x", count: 513), ""), ("a=\n", ""),
            ("a=é", ""),
        ]
    )
    func `passes sane state on`(state: String, kept: String) throws {
        #expect(try #require(TraceContext(parent: "00-\(Self.trace)-\(Self.span)-01", state: state)).state == kept)
    }
}

@Suite struct TracerTests {
    private let metrics = MetricsRegistry()

    @Test func `keeps children in the trace of their parent`() {
        let tracer = Tracer(metrics: metrics)
        let parent = tracer.start("parent", kind: .server)
        let child = parent.child("child", kind: .client)
        child.end()
        parent.end()
        #expect(child.context.traceID == parent.context.traceID)
        #expect(child.parentID == parent.context.spanID)
        #expect(parent.parentID == nil)
        #expect(tracer.take(upTo: 10).map(\.name) == ["child", "parent"])
    }

    @Test func `goes on with the trace of the caller`() throws {
        let caller = try #require(
            TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state: "a=1")
        )
        let span = Tracer(ratio: 0, metrics: metrics).start("request", parent: caller)
        #expect(span.context.traceID == caller.traceID)
        #expect(span.parentID == caller.spanID)
        #expect(span.context.state == "a=1")
        #expect(span.context.isSampled)
    }

    @Test func `records nothing that is not sampled`() throws {
        let tracer = Tracer(metrics: metrics)
        let caller = TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
        let span = tracer.start("request", parent: caller)
        span.child("within").end()
        span.end()
        #expect(tracer.take(upTo: 10).isEmpty)
        #expect(span.context.parent.hasSuffix("-00"))
    }

    @Test(arguments: [(0.0, 0...0), (0.25, 150...350), (1.0, 1000...1000)])
    func `samples its share`(ratio: Double, expected: ClosedRange<Int>) {
        let tracer = Tracer(ratio: ratio, metrics: metrics)
        for _ in 0..<1000 { tracer.start("x").end() }
        #expect(expected.contains(tracer.take(upTo: 2000).count))
    }

    @Test func `records a span once`() {
        let tracer = Tracer(metrics: metrics)
        let span = tracer.start("x")
        span.end(failure: "timeout")
        span.end()
        #expect(tracer.take(upTo: 10).count == 1)
        #expect(span.outcome.failure == "timeout")
    }

    @Test func `drops what does not fit and counts it`() {
        let tracer = Tracer(capacity: 2, metrics: metrics)
        for number in 0..<5 { tracer.start("\(number)").end() }
        #expect(tracer.take(upTo: 1).map(\.name) == ["0"])
        #expect(tracer.take(upTo: 9).map(\.name) == ["1"])
        #expect(String(decoding: PrometheusText.render(metrics), as: UTF8.self).contains("spans_dropped_total 3\n"))
    }

    private struct Failure: Error {}

    @Test func `is current within its work alone`() async {
        let tracer = Tracer(metrics: metrics)
        let span = tracer.start("x")
        await #expect(throws: Failure.self) {
            try await span.run(failure: { (_: Failure) in "failure" }) { () async throws(Failure) in
                #expect(Span.current === span)
                await Task { #expect(Span.current === span) }.value
                throw Failure()
            }
        }
        #expect(Span.current == nil)
        #expect(span.outcome.failure == "failure")
        // Until it is taken the tracer keeps the span, and that the tracer.
        #expect(tracer.take(upTo: 2).count == 1)
    }
}
