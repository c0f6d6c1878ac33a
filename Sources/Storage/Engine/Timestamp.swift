import SurrealDB

/// A point in time as SurrealDB keeps it, read from and written as RFC 3339.
struct Timestamp: Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    var seconds: Int64
    var nanoseconds: Int32

    /// The years 1 to 9999: what RFC 3339 can say, and calendars can count with.
    private static let range = -62_135_596_800...Int64(253_402_300_799)

    init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    init?(_ value: SurrealValue) {
        if let (seconds, nanoseconds) = value.datetime, Self.range.contains(seconds) {
            self.init(seconds: seconds, nanoseconds: nanoseconds)
        } else if let text = value.string {
            self.init(text)
        } else {
            return nil
        }
    }

    /// `2026-07-14T19:25:58.123Z`, also with an offset (RFC 3339, section 5.6).
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.digits(4, &rest), Self.take("-", &rest),
            let month = Self.digits(2, &rest), (1...12).contains(month), Self.take("-", &rest),
            let day = Self.digits(2, &rest), (1...31).contains(day), Self.take("Tt ", &rest),
            let hour = Self.digits(2, &rest), hour < 24, Self.take(":", &rest),
            let minute = Self.digits(2, &rest), minute < 60, Self.take(":", &rest),
            let second = Self.digits(2, &rest), second <= 60
        else { return nil }
        let fraction = Self.take(".", &rest) ? Self.fraction(&rest) : 0
        guard let fraction, let offset = Self.offset(&rest), rest.isEmpty else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        seconds = Int64(days * 86400 + hour * 3600 + minute * 60 + second - offset)
        nanoseconds = Int32(fraction)
    }

    var value: SurrealValue { .datetime(seconds: seconds, nanoseconds: nanoseconds) }

    /// RFC 3339 in UTC, to the second.
    var text: String {
        let days = Int((seconds >= 0 ? seconds : seconds - 86399) / 86400)
        let time = Int(seconds) - days * 86400
        let (year, month, day) = Self.date(days: days)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let clock = [time / 3600, time / 60 % 60, time % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(clock)Z"
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func take(_ anyOf: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first, anyOf.utf8.contains(first) else { return false }
        rest.removeFirst()
        return true
    }

    private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for byte in rest.prefix(count) {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        rest.removeFirst(count)
        return number
    }

    /// Nanoseconds; digits past the ninth are dropped.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var number = 0
        var count = 0
        while let digit = digits(1, &rest) {
            if count < 9 { number = number * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 9)..<9 { number *= 10 }
        return number
    }

    /// Seconds east of UTC.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if take("Zz", &rest) { return 0 }
        let sign = rest.first == 0x2D ? -1 : 1
        guard take("+-", &rest), let hours = digits(2, &rest), take(":", &rest), let minutes = digits(2, &rest),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that the leap day
    /// is the last of its year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719468
        let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
        let dayOfEra = shifted - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
