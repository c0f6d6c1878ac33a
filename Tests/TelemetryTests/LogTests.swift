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

    @Test func takesSecretsOut() {
        let redaction = Redaction(secrets: ["sk-secret", "root"])
        #expect(redaction.apply("key sk-secret of root, sk-secret") == "key *** of root, ***")
    }
}
