import Synchronization

/// Keeps a fault that repeats itself from filling the log: of the same message at the same level and part, so many lines
/// are written in each window of time; the next window's first line says how many were left out.
package final class LogThrottle: Sendable {
    package enum Verdict: Sendable, Hashable {
        /// To be written; the number of lines left out before it.
        case write(suppressed: Int)
        case drop
    }

    private struct Window {
        var start: ContinuousClock.Instant
        var written = 0
        var suppressed = 0
    }

    /// Messages told apart at once; past it the windows that are over are forgotten, or else all.
    private static let capacity = 256

    private let limit: Int
    private let interval: Duration
    private let windows = Mutex<[String: Window]>([:])

    /// - Parameters:
    ///   - limit: lines of one message in a window.
    ///   - interval: how long a window lasts.
    package init(limit: Int = 10, interval: Duration = .seconds(10)) {
        self.limit = limit
        self.interval = interval
    }

    package func admit(_ message: String, at now: ContinuousClock.Instant = .now) -> Verdict {
        windows.withLock { windows in
            var window = windows[message] ?? Window(start: now)
            var suppressed = 0
            if now - window.start >= interval {
                suppressed = window.suppressed
                window = Window(start: now)
            }
            guard window.written < limit else {
                window.suppressed += 1
                windows[message] = window
                return .drop
            }
            window.written += 1
            if windows[message] == nil, windows.count >= Self.capacity {
                windows = windows.filter { now - $0.value.start < interval }
                if windows.count >= Self.capacity { windows.removeAll() }
            }
            windows[message] = window
            return .write(suppressed: suppressed)
        }
    }
}
