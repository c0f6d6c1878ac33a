import EventLoop
import HTTP

/// Whether bytes keep to a lowest average rate after a grace, and do not stand still for too long.
struct MinimumRate {
    private var start: MonotonicInstant
    /// When bytes flowed last.
    private(set) var last: MonotonicInstant
    private var bytes = 0

    init(at now: MonotonicInstant) {
        start = now
        last = now
    }

    mutating func advance(by count: Int, at now: MonotonicInstant) {
        bytes += count
        last = now
    }

    /// Leaves out a time in which nothing could flow.
    mutating func resume(at now: MonotonicInstant) {
        start = start + (now - last)
        last = now
    }

    /// When the client will have been too slow.
    func deadline(bytesPerSecond: Int, grace: Duration, stall: Duration) -> MonotonicInstant {
        let earned = Duration.milliseconds(bytes / max(1, bytesPerSecond) * 1000)
        return min(start + grace + earned, last + stall)
    }
}
