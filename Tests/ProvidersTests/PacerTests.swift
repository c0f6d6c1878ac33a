import EmbeddingCore
import Testing

@testable import Providers

struct PacerTests {
    @Test
    func `a refusal before any success costs the pause that was told and no more`() {
        let start = ContinuousClock.now
        var pacer = Pacer(settings: Pacer.Settings(requestsPerMinute: 3000), now: start)
        pacer.start(tokens: 10, at: start)
        pacer.refused(started: start, retryAfter: .seconds(1), isBusy: true, jitter: 0, at: start)
        let resumed = start.advanced(by: .seconds(1))
        #expect(pacer.earliest(tokens: 10, at: start) == resumed)
        pacer.start(tokens: 10, at: resumed)
        #expect(pacer.earliest(tokens: 10, at: resumed) - resumed < .milliseconds(100))
    }

    @Test func `a long pause is probed, and ends with a success`() {
        let start = ContinuousClock.Instant.now
        var pacer = Pacer(settings: Pacer.Settings(), now: start)
        pacer.refused(started: start, retryAfter: .seconds(3600), isBusy: true, jitter: 0.5, at: start)
        #expect(pacer.pausedUntil == start + .seconds(3600))
        #expect(pacer.earliest(tokens: 1, at: start) == start + .seconds(60))
        let probe = start + .seconds(60)
        pacer.start(tokens: 1, at: probe)
        #expect(pacer.earliest(tokens: 1, at: probe) == probe + .seconds(60))
        // What began before the pause says nothing about it.
        pacer.succeeded(started: start - .seconds(1), estimated: 1, actual: 1, quota: nil, at: probe)
        #expect(pacer.pausedUntil != nil)
        pacer.succeeded(started: probe, estimated: 1, actual: 1, quota: nil, at: probe + .seconds(1))
        #expect(pacer.earliest(tokens: 1, at: probe + .seconds(1)) == probe + .seconds(1))
    }

    @Test func `nobody waits through a pause that is longer than their time, but a probe takes the first who comes`() {
        let start = ContinuousClock.Instant.now
        var pacer = Pacer(settings: Pacer.Settings(), now: start)
        pacer.refused(started: start, retryAfter: .seconds(600), isBusy: true, jitter: 0.5, at: start)
        #expect(pacer.refusal(by: start + .seconds(120), at: start)?.code == .rateLimited)
        #expect(pacer.refusal(by: start + .seconds(120), at: start)?.retryAfter == .seconds(60))
        #expect(pacer.refusal(by: start + .seconds(601), at: start) == nil)
        let probe = start + .seconds(60)
        #expect(pacer.refusal(by: probe + .seconds(120), at: probe) == nil)
        pacer.start(tokens: 1, at: probe)
        #expect(pacer.refusal(by: probe + .seconds(120), at: probe)?.retryAfter == .seconds(60))
    }
}
