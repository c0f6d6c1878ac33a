import UnixSignals

/// Work that ends in order when the process is asked to stop.
enum InterruptibleWork {
    /// Runs `work`; on SIGINT or SIGTERM calls `onInterrupt`, after which `work` is expected to return soon.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result,
        onInterrupt: @escaping @Sendable () -> Void
    ) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in signals { onInterrupt() }
                return nil
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw CancellationError()
        }
    }
}
