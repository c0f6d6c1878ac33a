#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A point in time of the world's clocks; never for measuring.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z.
    package var seconds: Int64
    /// 0..<1,000,000,000
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// A moment of a day, in UTC.
    init(_ date: CivilDate, secondOfDay: Int, nanoseconds: Int = 0) {
        seconds = Int64(date.daysSince1970 * 86_400 + secondOfDay)
        self.nanoseconds = Int32(nanoseconds)
    }

    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    /// Seconds since 1970.
    package var secondsSince1970: Double { Double(seconds) + Double(nanoseconds) * 1e-9 }

    package static func < (left: Self, right: Self) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// To the second before.
    package static func + (time: Self, duration: Duration) -> Self {
        let (sum, overflow) = time.seconds.addingReportingOverflow(duration.components.seconds)
        return overflow ? time : Timestamp(seconds: sum, nanoseconds: time.nanoseconds)
    }

    /// The day in UTC, and the second of it.
    var civil: (date: CivilDate, second: Int) {
        var (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 { (day, second) = (day - 1, second + 86_400) }
        return (CivilDate(daysSince1970: Int(day)), Int(second))
    }
}

/// Digits with zeros before them.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// The time of a day as `hh:mm:ss`.
func clock(_ second: Int) -> String {
    "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
}
