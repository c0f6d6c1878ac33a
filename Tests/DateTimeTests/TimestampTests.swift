import Testing

@testable import DateTime

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-07-14T19:25:58Z", "2026-07-14T19:25:58Z"), ("2026-07-14t19:25:58.123456789z", "2026-07-14T19:25:58Z"),
        ("2026-07-14T19:25:58+02:00", "2026-07-14T17:25:58Z"), ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"), ("1600-01-01T00:00:00Z", "1600-01-01T00:00:00Z"),
        ("2024-12-31T23:59:60Z", "2025-01-01T00:00:00Z"),
    ])
    func `timestamps are read`(_ text: String, _ expected: String) { #expect(Timestamp(text)?.text == expected) }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
        "2026-02-29T00:00:00Z", "2026-01-01T00:00:00Zx", "２０２６-01-01T00:00:00Z", "2026-01-01T00:00:00+24:00",
    ])
    func `other text is no timestamp`(_ text: String) { #expect(Timestamp(text) == nil) }

    @Test func `is written in RFC 3339 and in the form of HTTP`() {
        let time = Timestamp(seconds: 784_111_777, nanoseconds: 123_999_999)
        #expect(time.text == "1994-11-06T08:49:37Z")
        #expect(time.textWithMilliseconds == "1994-11-06T08:49:37.123Z")
        #expect(time.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func `a headers date is read in its three forms`(text: String) {
        #expect(Timestamp(httpDate: text)?.seconds == 784_111_777)
    }

    @Test(arguments: [
        "", "Sun", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
    ])
    func `other text is no date`(text: String) { #expect(Timestamp(httpDate: text) == nil) }

    @Test func `days go both ways`() {
        for days in stride(from: -800_000, through: 800_000, by: 37) {
            let date = CivilDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
        }
        #expect(CivilDate(daysSince1970: 0).weekday == 4)
        #expect(CivilDate(daysSince1970: -4).weekday == 0)
    }

    @Test func `durations move it`() {
        #expect((Timestamp(seconds: 10) + .seconds(5)).seconds == 15)
        #expect((Timestamp(seconds: .max) + .seconds(5)).seconds == .max)
    }
}
