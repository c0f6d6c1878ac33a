import SurrealDB
import Testing

@testable import Storage

@Suite struct ClaimWindowTests {
    private let beginning = SurrealValue.datetime(seconds: 0, nanoseconds: 0)
    private let start = ContinuousClock.now

    @Test func `claims begin a short while before the end that one met`() {
        var window = ClaimWindow()
        #expect(window.next(at: start) == beginning)
        // While claims are filled the oldest come first.
        #expect(window.next(at: start + .seconds(1)) == beginning)
        window.metEnd(at: .datetime(seconds: 1000, nanoseconds: 5))
        #expect(window.next(at: start + .seconds(2)) == .datetime(seconds: 940, nanoseconds: 5))
    }

    @Test func `now and then a claim looks at all`() {
        var window = ClaimWindow()
        _ = window.next(at: start)
        window.metEnd(at: .datetime(seconds: 1000, nanoseconds: 0))
        #expect(window.next(at: start + .seconds(59)) == .datetime(seconds: 940, nanoseconds: 0))
        #expect(window.next(at: start + .seconds(60)) == beginning)
        #expect(window.next(at: start + .seconds(61)) == .datetime(seconds: 940, nanoseconds: 0))
    }
}
