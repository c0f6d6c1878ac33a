/// Dates of HTTP headers (RFC 9110 §5.6.7) in all three forms.
enum HTTPDate {
    /// Seconds since 1970, or nil when it is no date.
    static func seconds(_ text: String) -> Double? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        let month: String
        let day: String
        let year: String
        let time: String
        if words.count == 6 {
            (day, month, year, time) = (words[1], words[2], words[3], words[4])
        } else if words.count == 5 {
            (month, day, time, year) = (words[1], words[2], words[3], words[4])
        } else {
            return nil
        }
        guard let monthNumber = months.firstIndex(of: month.lowercased()), let dayNumber = Int(day), dayNumber > 0,
            dayNumber < 32, let yearNumber = fullYear(year), let seconds = secondsOfDay(time)
        else { return nil }
        let days = daysSince1970(year: yearNumber, month: monthNumber + 1, day: dayNumber)
        return Double(days * 86400 + seconds)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    private static func fullYear(_ text: String) -> Int? {
        guard let year = Int(text), (0...9999).contains(year) else { return nil }
        guard text.count == 2 else { return year }
        return year < 70 ? 2000 + year : 1900 + year
    }

    private static func secondsOfDay(_ text: String) -> Int? {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]), (0...60).contains(parts[2])
        else { return nil }
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    }

    /// Days in the proleptic Gregorian calendar, years counted from March so that the leap day comes last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
