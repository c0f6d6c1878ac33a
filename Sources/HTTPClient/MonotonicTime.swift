import Dispatch

/// A moment of the monotonic clock in nanoseconds.
struct MonotonicTime: Comparable, Sendable {
    let nanoseconds: UInt64

    static var now: Self { Self(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (time: Self, duration: Duration) -> Self {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(UInt64(max(0, duration.wholeNanoseconds)))
        return Self(nanoseconds: overflow ? .max : sum)
    }

    static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(Int64(clamping: left.nanoseconds) - Int64(clamping: right.nanoseconds))
    }

    var dispatchTime: DispatchTime { DispatchTime(uptimeNanoseconds: nanoseconds) }
}

extension Duration {
    /// The whole of it in nanoseconds, at most some 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// At least one, as libcurl takes 0 for "no limit"; at most what a C `long` of 32 bits holds.
    var curlMilliseconds: Int { Int(min(max(1, wholeNanoseconds / 1_000_000), Int64(Int32.max))) }
}
