package import EmbeddingCore
package import Logging
import Synchronization
package import Telemetry

/// The background service that keeps the vectors of all documents current: it claims due jobs, embeds their texts, and
/// writes the outcomes, several batches at a time. What it does next is decided by `PipelineMachine`; here is the I/O.
package final class EmbeddingPipeline: PipelineControl, Sendable {
    typealias Events = AsyncStream<PipelineEvent>

    private struct Shared {
        var status = PipelineStatus()
        /// Where events go while it runs.
        var events: Events.Continuation?
        var isWakeUnderWay = false
    }

    let queue: any EmbeddingJobQueue
    let service: any EmbeddingService
    let configuration: PipelineConfiguration
    let tracer: Tracer?
    private let metrics: PipelineMetrics
    private let logger: Logger
    private let shared = Mutex(Shared())

    package init(
        queue: any EmbeddingJobQueue,
        service: any EmbeddingService,
        configuration: PipelineConfiguration = PipelineConfiguration(),
        tracer: Tracer? = nil,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.tracer = tracer
        self.queue = queue
        self.service = service
        self.configuration = configuration
        self.metrics = PipelineMetrics(metrics)
        self.logger = logger
    }

    /// Its whole life. When the task is cancelled it stops claiming, lets the batches in flight finish within the
    /// grace period, gives the rest back to the queue, and returns.
    package func run() async {
        _ = await live(.endless) { _ in }
        logger.info("pipeline stopped")
    }

    /// Empties the backlog, a first backfill included, and returns.
    /// - Parameter progress: called after every step with the state so far.
    /// - Throws: `EmbeddingError` when only the operator can help, `StoreError` when the database stays away for a
    ///   minute, `DrainError` when the pipeline is paused.
    package func drainOnce(progress: @escaping @Sendable (PipelineStatus) -> Void) async throws -> DrainSummary {
        let start = ContinuousClock.now
        let end = await live(.once, progress)
        if let error = end.error { throw error }
        var summary = DrainSummary()
        summary.embedded = end.counts.written
        summary.unchanged = end.counts.unchanged
        summary.excluded = end.counts.excluded
        summary.failed = end.counts.deadLetters
        summary.elapsed = .now - start
        return summary
    }

    package var status: PipelineStatus {
        var status = shared.withLock { $0.status }
        // Nothing has happened yet of which it could have been told.
        if status.state == .starting { status.provider = service.providerState }
        return status
    }

    package func pause(by key: String?) async throws(StoreError) {
        try await queue.setPaused(true, by: key)
        let shared = try await queue.attend(model: nil, lease: configuration.lease, takesOver: false)
        send(.paused(shared.pause))
    }

    package func resume() async throws(StoreError) {
        try await queue.setPaused(false, by: nil)
        send(.paused(nil))
        wake()
    }

    package func wake() {
        let events = shared.withLock { shared -> Events.Continuation? in
            guard !shared.isWakeUnderWay else { return nil }
            shared.isWakeUnderWay = shared.events != nil
            return shared.events
        }
        events?.yield(.wake)
    }

    /// Ends `run` as the cancellation of its task does; after either, what is in flight is released at once.
    package func shutdown() { send(.stop) }

    private func send(_ event: PipelineEvent) { shared.withLock { $0.events }?.yield(event) }

    private struct End: Sendable {
        var counts = PipelineCounts()
        var error: (any Error)?
    }

    /// Runs until the machine has finished. The work is a task of its own, so that a cancellation reaches it as the
    /// event `stop` and not as the cancellation of what is in flight.
    private func live(
        _ mode: PipelineMachine.Mode,
        _ progress: @escaping @Sendable (PipelineStatus) -> Void
    ) async -> End {
        // Holds at most one event for each call under way, one wake-up, one tick, and the requests of operators.
        let (events, continuation) = Events.makeStream()
        shared.withLock { $0.events = continuation }
        let work = Task { await self.work(mode, events, continuation, progress) }
        let end = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            continuation.yield(.stop)
        }
        shared.withLock { $0.events = nil }
        return end
    }

    private func work(
        _ mode: PipelineMachine.Mode,
        _ events: Events,
        _ continuation: Events.Continuation,
        _ progress: @escaping @Sendable (PipelineStatus) -> Void
    ) async -> End {
        var machine = PipelineMachine(
            configuration: configuration,
            limits: service.limits,
            mode: mode,
            random: SystemRandomNumberGenerator(),
            now: .now
        )
        var faults = FaultLog(logger: logger, saysOutages: mode == .once)
        var end = End()
        await withDiscardingTaskGroup { group in
            var timer = WakeUpTimer(continuation)
            var iterator = events.makeAsyncIterator()
            var event: PipelineEvent? = .tick
            while let current = event {
                if case .wake = current { shared.withLock { $0.isWakeUnderWay = false } }
                if case .tick = current { timer.hasFired() }
                let old = machine.counts
                for action in machine.handle(current, at: .now) {
                    group.addTask { continuation.yield(await self.perform(action)) }
                }
                metrics.add(machine.counts, since: old)
                faults.note(&machine)
                progress(publish(&machine))
                if machine.isFinished { break }
                if mode == .once, end.error == nil, let error = faults.reasonToEndDrain(machine) {
                    end.error = error
                    event = .stop
                    continue
                }
                timer.set(for: machine.nextWakeUp)
                event = await iterator.next()
            }
            timer.cancel()
            group.cancelAll()
        }
        // Who waits for us to go need not wait until we are missed.
        try? await queue.leave()
        end.counts = machine.counts
        return end
    }

    private func publish(_ machine: inout PipelineMachine) -> PipelineStatus {
        let status = machine.status(provider: service.providerState)
        metrics.set(status)
        shared.withLock { $0.status = status }
        return status
    }
}
