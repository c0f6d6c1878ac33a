/// Moments in RFC 3339.
enum Timestamp {
    /// Whether `text` is a `date-time` (RFC 3339 §5.6) of a day that exists.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, separatorsFit(bytes) else { return false }
        let numbers = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].map { number(bytes[$0]) }
        guard let year = numbers[0], let month = numbers[1], let day = numbers[2], let hour = numbers[3],
            let minute = numbers[4], let second = numbers[5]
        else { return false }
        return (1...12).contains(month) && (1...days(in: month, of: year)).contains(day) && hour < 24 && minute < 60
            && second <= 60 && isZone(bytes[fractionEnd(bytes)...])
    }

    private static func separatorsFit(_ bytes: [UInt8]) -> Bool {
        bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[10] | 0x20 == UInt8(ascii: "t")
            && bytes[13] == UInt8(ascii: ":") && bytes[16] == UInt8(ascii: ":")
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            value = value * 10 + Int(digit & 0x0F)
        }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Where the zone begins; where the seconds end when a point without digits follows them.
    private static func fractionEnd(_ bytes: [UInt8]) -> Int {
        guard bytes[19] == UInt8(ascii: ".") else { return 19 }
        let end = bytes[20...].firstIndex { !isDigit($0) } ?? bytes.count
        return end > 20 ? end : 19
    }

    private static func isZone(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let sign = bytes.first else { return false }
        if sign | 0x20 == UInt8(ascii: "z") { return bytes.count == 1 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), bytes.count == 6 else { return false }
        let start = bytes.startIndex + 1
        guard let hour = number(bytes[start..<start + 2]), let minute = number(bytes[start + 3..<start + 5]) else {
            return false
        }
        return bytes[start + 2] == UInt8(ascii: ":") && hour < 24 && minute < 60
    }
}
