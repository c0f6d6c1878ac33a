import Logging
import Telemetry
import Testing

@Suite struct LogTests {
    @Test func readsLevelsOfParts() throws {
        let levels = try #require(LogLevels(parsing: "warn, pipeline=debug"))
        #expect(levels.level(for: "embed-star.server") == .warning)
        #expect(levels.level(for: "embed-star.pipeline") == .debug)
    }

    @Test(arguments: ["loud", "info,pipeline=", "=debug,x"])
    func refusesWhatIsNotALevel(text: String) {
        #expect(LogLevels(parsing: text) == nil)
    }

    @Test func leavesOutWhatRepeatsItself() {
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

    @Test func throttlesManyMessagesInBoundedMemory() {
        let throttle = LogThrottle(limit: 1)
        for number in 0..<10_000 { #expect(throttle.admit("\(number)") == .write(suppressed: 0)) }
    }

    @Test func takesSecretsOut() {
        let redaction = Redaction(secrets: ["sk-secret", "root"])
        #expect(redaction.apply("key sk-secret of root, sk-secret") == "key *** of root, ***")
    }
}
