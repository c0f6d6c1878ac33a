import Logging
import Telemetry
import Testing

@Suite struct LogTests {
    @Test func `reads levels of parts`() throws {
        let levels = try #require(LogLevels(parsing: "warn, pipeline=debug"))
        #expect(levels.level(for: "embed-star.server") == .warning)
        #expect(levels.level(for: "embed-star.pipeline") == .debug)
    }

    @Test(arguments: ["loud", "info,pipeline=", "=debug,x"])
    func `refuses what is not a level`(text: String) {
        #expect(LogLevels(parsing: text) == nil)
    }

    @Test func `leaves out what repeats itself`() {
        let throttle = LogThrottle(limit: 2, interval: .seconds(10))
        let start = ContinuousClock.now
        func admit(_ message: String, after seconds: Int) -> LogThrottle.Verdict {
            throttle.admit(message, at: start.advanced(by: .seconds(seconds)))
        }
        #expect(admit("a", after: 0) == .write(suppressed: 0))
        #expect(admit("a", after: 1) == .write(suppressed: 0))
        #expect(admit("a", after: 2) == .drop)
        #expect(admit("b", after: 2) == .write(suppressed: 0))
        #expect(admit("a", after: 9) == .drop)
        #expect(admit("a", after: 10) == .write(suppressed: 2))
        #expect(admit("a", after: 30) == .write(suppressed: 0))
    }

    @Test func `throttles many messages in bounded memory`() {
        let throttle = LogThrottle(limit: 1)
        for number in 0..<10_000 { #expect(throttle.admit("\(number)") == .write(suppressed: 0)) }
    }

    @Test func `takes secrets out`() {
        let redaction = Redaction(secrets: ["sk-secret", "root"])
        #expect(redaction.apply("key sk-secret of root, sk-secret") == "key *** of root, ***")
    }

    @Test(arguments: ["\u{301}", "\u{200D}👩", "\u{FE0F}", "\u{1F3FD}", "\r\n", "\u{E0061}", "x"])
    func `takes secrets out whatever follows`(_ next: String) {
        let redaction = Redaction(secrets: ["sk-secret", "schlüssel"])
        let line = redaction.apply("\u{301}sk-secret\(next) schlüssel\(next)sk-secret")
        #expect(line == "\u{301}***\(next) ***\(next)***")
        #expect(Array(redaction.apply("u\u{308}").utf8) == Array("u\u{308}".utf8))
    }

    @Test func `takes the beginning of a secret out where a text was cut`() {
        let redaction = Redaction(secrets: ["sk-secret", "other-secret"])
        for (text, shown) in [
            ("a sk-secret b", "a *** b"), ("a sk-secre", "a ***"), ("a sk-sec", "a ***"), ("a sk-se", "a sk-se"),
            ("sk-secret other-s", "*** ***"), ("", ""), ("sk-secret", "***"),
        ] { #expect(redaction.apply(toCut: text) == shown) }
    }

    @Test func `takes secrets out that came later`() {
        let redaction = Redaction(secrets: ["first-key"])
        redaction.add(["second-key"])
        redaction.add(["second-key-longer"])
        #expect(redaction.apply("first-key second-key second-key-longer third-key") == "*** *** *** third-key")
    }

    @Test func `takes secrets out of JSON`() {
        let redaction = Redaction(secrets: ["a\"quoted\\\nkey"])
        #expect(redaction.apply(#"{"message":"a\"quoted\\\nkey"}"#) == #"{"message":"***"}"#)
    }

    @Test func `forgets the oldest of many later secrets and none of the first`() {
        let redaction = Redaction(secrets: ["first-key"])
        for number in 0..<50 { redaction.add((0..<100).map { "key-\(number)-\($0)-end" }) }
        #expect(redaction.apply("first-key key-49-99-end key-0-0-end") == "*** *** key-0-0-end")
    }
}
