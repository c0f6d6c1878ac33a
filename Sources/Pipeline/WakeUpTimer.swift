/// Sends the event `tick` at the time that was set last or at an earlier one that was set before.
struct WakeUpTimer {
    private let events: AsyncStream<PipelineEvent>.Continuation
    private var time: ContinuousClock.Instant?
    private var task: Task<Void, Never>?

    init(_ events: AsyncStream<PipelineEvent>.Continuation) { self.events = events }

    mutating func set(for instant: ContinuousClock.Instant?) {
        guard let instant, time.map({ instant < $0 }) ?? true else { return }
        cancel()
        time = instant
        task = Task { [events] in
            do {
                try await Task.sleep(until: instant, tolerance: .milliseconds(1), clock: .continuous)
                events.yield(.tick)
            } catch {
                // Another time was set.
            }
        }
    }

    mutating func hasFired() { time = nil }

    mutating func cancel() {
        task?.cancel()
        time = nil
    }
}
