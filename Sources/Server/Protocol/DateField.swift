#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time in the form of `Date` (RFC 9110 §5.6.7), made once a second.
struct DateField {
    private(set) var bytes: [UInt8]
    private var second: Int

    init(second: Int = DateField.currentSecond) {
        self.second = second
        bytes = Self.format(second: second)
    }

    static var currentSecond: Int { time(nil) }

    mutating func update(to second: Int = DateField.currentSecond) {
        guard second != self.second else { return }
        self.second = second
        bytes = Self.format(second: second)
    }

    private static func format(second: Int) -> [UInt8] {
        var parts = tm()
        var time = time_t(second)
        gmtime_r(&time, &parts)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][Int(parts.tm_mon)]
        let date = "\(day), \(padded(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        return Array("\(date) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)) GMT".utf8)
    }

    private static func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
