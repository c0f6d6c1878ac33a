extension Timestamp {
    /// The years 1 to 9999: what RFC 3339 can say, in seconds since 1970.
    package static let sayable = -62_135_596_800...Int64(253_402_300_799)

    /// A `date-time` (RFC 3339 §5.6) of a day that exists, such as `2026-07-14T19:25:58.123+02:00`. Digits past the ninth
    /// of a second's fraction are dropped; a leap second is taken for the one after it.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.digits(4, &rest), Self.take("-", &rest), let month = Self.digits(2, &rest),
            Self.take("-", &rest), let day = Self.digits(2, &rest),
            let date = CivilDate(year: year, month: month, day: day), Self.take("Tt ", &rest),
            let hour = Self.digits(2, &rest), hour < 24, Self.take(":", &rest),
            let minute = Self.digits(2, &rest), minute < 60, Self.take(":", &rest),
            let second = Self.digits(2, &rest), second <= 60
        else { return nil }
        let fraction = Self.take(".", &rest) ? Self.fraction(&rest) : 0
        guard let fraction, let offset = Self.offset(&rest), rest.isEmpty else { return nil }
        self.init(date, secondOfDay: hour * 3600 + minute * 60 + second - offset, nanoseconds: fraction)
    }

    /// In UTC, to the second: `2026-11-22T18:06:00Z`.
    package var text: String {
        let (date, second) = civil
        return "\(Self.text(date))T\(clock(second))Z"
    }

    /// In UTC, to the millisecond.
    package var textWithMilliseconds: String {
        let (date, second) = civil
        return "\(Self.text(date))T\(clock(second)).\(padded(Int(nanoseconds) / 1_000_000, 3))Z"
    }

    /// In UTC, exactly.
    package var textWithNanoseconds: String {
        let (date, second) = civil
        return "\(Self.text(date))T\(clock(second)).\(padded(Int(nanoseconds), 9))Z"
    }

    private static func text(_ date: CivilDate) -> String {
        "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
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

    /// Nanoseconds.
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
        let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard take("+-", &rest), let hours = digits(2, &rest), take(":", &rest), let minutes = digits(2, &rest),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
