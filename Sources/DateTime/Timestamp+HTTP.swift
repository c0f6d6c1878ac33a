extension Timestamp {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// An IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        let (date, second) = civil
        let day = "\(padded(date.day, 2)) \(Self.months[date.month - 1]) \(padded(date.year, 4))"
        return "\(Self.weekdays[date.weekday]), \(day) \(clock(second)) GMT"
    }

    /// A date of an HTTP header in any of its three forms (RFC 9110 §5.6.7).
    package init?(httpDate text: String) {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        let (day, month, year, time): (String, String, String, String)
        switch words.count {
        case 6: (day, month, year, time) = (words[1], words[2], words[3], words[4])
        case 5: (day, month, year, time) = (words[2], words[1], words[4], words[3])
        default: return nil
        }
        guard let monthIndex = Self.months.firstIndex(where: { $0.lowercased() == month.lowercased() }),
            let dayNumber = Int(day), let yearNumber = Self.fullYear(year), let second = Self.secondOfDay(time),
            let date = CivilDate(year: yearNumber, month: monthIndex + 1, day: dayNumber)
        else { return nil }
        self.init(date, secondOfDay: second)
    }

    private static func fullYear(_ text: String) -> Int? {
        guard let year = Int(text), (0...9999).contains(year) else { return nil }
        guard text.utf8.count == 2 else { return year }
        return year < 70 ? 2000 + year : 1900 + year
    }

    private static func secondOfDay(_ text: String) -> Int? {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]), (0...60).contains(parts[2])
        else { return nil }
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    }
}
