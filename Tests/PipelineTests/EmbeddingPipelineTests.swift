import EmbeddingCore
import Logging
import Synchronization
import Telemetry
import Testing

@testable import Pipeline

@Suite struct EmbeddingPipelineTests {
    static func pipeline(
        _ queue: MemoryQueue,
        _ service: FakeService,
        metrics: MetricsRegistry = MetricsRegistry()
    ) -> EmbeddingPipeline {
        var configuration = PipelineConfiguration()
        configuration.pollInterval = .milliseconds(5)
        configuration.retryDelay = .milliseconds(1)
        return EmbeddingPipeline(
            queue: queue,
            service: service,
            configuration: configuration,
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Waits, for as long as the test may take, until `condition` holds.
    static func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    static func fill(_ queue: MemoryQueue, _ numbers: Range<Int>, _ description: String = "") {
        queue.with { queue in
            for number in numbers { queue.upsert(Samples.document(number, description)) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a drain takes over rows without jobs, embeds everything and counts it`() async throws {
        let queue = MemoryQueue()
        let metrics = MetricsRegistry()
        queue.with { queue in
            for number in 0..<1500 {
                queue.insertWithoutJob(Samples.document(number, number < 3 ? "poison" : ""))
            }
        }
        let summary = try await Self.pipeline(queue, FakeService(), metrics: metrics).drainOnce { _ in }
        #expect(summary.embedded == 1497)
        #expect(summary.failed == 3)
        #expect(queue.with { $0.rows.values.count { $0.vector != nil } } == 1497)
        #expect(metrics.counter("pipeline_written_total", "").value == 1497)
        #expect(metrics.gauge("repos_embedded", "").value == 1497)
        #expect(metrics.gauge("repos_failed", "").value == 3)
        #expect(metrics.gauge("repos_pending", "").value == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a drain ends with the provider's error when only the operator can help`() async {
        let queue = MemoryQueue()
        Self.fill(queue, 0..<10)
        let service = FakeService(error: EmbeddingError(.unauthorized, "wrong key"))
        await #expect(throws: EmbeddingError(.unauthorized, "")) {
            try await Self.pipeline(queue, service).drainOnce { _ in }
        }
        #expect(queue.with { $0.jobs.values.allSatisfy { $0.attempts == 0 && $0.token == nil } })
    }

    @Test(.timeLimit(.minutes(1)))
    func `a drain of a paused queue says so`() async {
        let queue = MemoryQueue()
        queue.with { $0.pause = PipelinePause() }
        Self.fill(queue, 0..<10)
        await #expect(throws: DrainError.paused) { try await Self.pipeline(queue, FakeService()).drainOnce { _ in } }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is enqueued while it runs is embedded; pause and resume work`() async throws {
        let queue = MemoryQueue()
        let pipeline = Self.pipeline(queue, FakeService())
        let task = Task { await pipeline.run() }
        try await Self.until { pipeline.status.state == .idle }
        Self.fill(queue, 0..<100)
        pipeline.wake()
        try await Self.until { pipeline.status.processed == 100 }
        try await pipeline.pause(by: "a key")
        try await Self.until { pipeline.status.state == .paused }
        #expect(pipeline.status.pause?.by == "a key")
        Self.fill(queue, 100..<200)
        pipeline.wake()
        try await pipeline.resume()
        try await Self.until { pipeline.status.processed == 200 }
        task.cancel()
        await task.value
        #expect(pipeline.status.state == .stopped)
    }

    @Test(.timeLimit(.minutes(1)))
    func `cancelled with batches in flight, it writes them and leases nothing`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let queue = MemoryQueue()
        let service = FakeService(waitingFor: gate)
        Self.fill(queue, 0..<1000)
        let pipeline = Self.pipeline(queue, service)
        let task = Task { await pipeline.run() }
        try await Self.until { service.textsSent > 0 }
        task.cancel()
        opener.finish()
        await task.value
        #expect(queue.with { $0.jobs.values.allSatisfy { $0.token == nil && $0.attempts == 0 } })
        #expect(queue.with { queue in queue.rows.values.count { $0.vector != nil } } == service.textsSent)
    }

    @Test(.timeLimit(.minutes(1)))
    func `an outage of the database is shown, and ends by itself`() async throws {
        let queue = MemoryQueue()
        let pipeline = Self.pipeline(queue, FakeService())
        queue.fail(with: StoreError(.unavailable, "gone"))
        let task = Task { await pipeline.run() }
        try await Self.until { pipeline.status.state == .disconnected }
        Self.fill(queue, 0..<10)
        queue.fail(with: nil)
        try await Self.until { pipeline.status.processed == 10 }
        task.cancel()
        await task.value
    }
}
