import EmbeddingCore
import EventLoop
import ServiceLifecycle
import Synchronization

/// Notices when the process makes no progress: an event loop that does not come back to its poller, or tasks that do not
/// get their turn on the cooperative pool.
final class Watchdog: Service {
    private static let interval: Duration = .milliseconds(500)
    private let loops: [EventLoop]
    /// In nanoseconds: every `/livez` asks.
    private let patience: Int64
    /// When a task last had its turn, in nanoseconds; 0 before the first.
    private let lastTurn = Atomic<Int64>(0)

    init(loops: [EventLoop], patience: Duration = HealthThresholds.standard.stalledAfter) {
        self.loops = loops
        self.patience = patience.nanoseconds
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.beat()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// A task has its turn.
    func beat(at now: MonotonicInstant = .now) { lastTurn.store(now.nanoseconds, ordering: .relaxed) }

    /// What makes no progress; nil when all does. May be called from anywhere, and does not wait.
    func stall(at now: MonotonicInstant = .now) -> String? {
        let limit = MonotonicInstant(nanoseconds: now.nanoseconds - patience)
        for loop in loops where loop.turnBegan.map({ $0 < limit }) ?? false {
            return "an event loop has made no progress for more than \(Duration.nanoseconds(patience))"
        }
        let turn = MonotonicInstant(nanoseconds: lastTurn.load(ordering: .relaxed))
        guard turn.nanoseconds > 0, turn < limit else { return nil }
        return "no task has run for more than \(Duration.nanoseconds(patience))"
    }
}
