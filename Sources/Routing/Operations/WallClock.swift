#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time of day, for answers; never for measuring.
enum WallClock {
    static var secondsSince1970: Int { time(nil) }

    /// The present moment shifted by `offset`, in RFC 3339 with whole seconds: `2026-11-22T18:06:00Z`.
    static func timestamp(in offset: Duration = .zero) -> String {
        timestamp(secondsSince1970 + Int(offset.components.seconds))
    }

    /// `seconds` since 1970 in RFC 3339.
    static func timestamp(_ seconds: Int) -> String {
        var value = time_t(seconds)
        var parts = tm()
        gmtime_r(&value, &parts)
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
