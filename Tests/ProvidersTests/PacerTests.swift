import EmbeddingCore
import Testing

@testable import Providers

struct PacerTests {
    @Test("a refusal before any success costs the pause that was told and no more")
    func firstRefusal() {
        let start = ContinuousClock.now
        var pacer = Pacer(settings: Pacer.Settings(requestsPerMinute: 3000), now: start)
        pacer.start(tokens: 10, at: start)
        pacer.refused(started: start, retryAfter: .seconds(1), isBusy: true, jitter: 0, at: start)
        let resumed = start.advanced(by: .seconds(1))
        #expect(pacer.earliest(tokens: 10, at: start) == resumed)
        pacer.start(tokens: 10, at: resumed)
        #expect(pacer.earliest(tokens: 10, at: resumed) - resumed < .milliseconds(100))
    }
}
