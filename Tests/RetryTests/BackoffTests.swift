import Retry
import Testing

struct BackoffTests {
    private let backoff = Backoff(base: .milliseconds(100), longest: .seconds(5))

    @Test(arguments: [
        (-3, 100), (0, 100), (1, 100), (2, 200), (3, 400), (6, 3200), (7, 5000), (64, 5000), (Int.max, 5000),
    ])
    func `the ceiling doubles up to the longest`(attempt: Int, milliseconds: Int) {
        #expect(backoff.ceiling(ofAttempt: attempt) == .milliseconds(milliseconds))
    }

    @Test func `a delay is anything up to the ceiling`() {
        var random = SystemRandomNumberGenerator()
        let delays = (0..<1000).map { _ in backoff.delay(ofAttempt: 3, random: &random) }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(delays.contains { $0 < .milliseconds(100) } && delays.contains { $0 > .milliseconds(300) })
    }
}
