import Dispatch

/// Work that keeps its thread busy or blocked for long.
package enum BlockingWork {
    /// Runs it on a thread that nothing else waits for.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }
}
