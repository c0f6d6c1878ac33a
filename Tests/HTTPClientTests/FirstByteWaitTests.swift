import EventLoop
import Testing

@testable import HTTPClient

@Suite struct FirstByteWaitTests {
    private func time(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    /// What is seen at a moment.
    struct Look: Sendable {
        var at: Int64
        var sendingSince: Int64?
        var isSent: Bool
        var isOver: Bool
    }

    static let smallRequest = [
        Look(at: 100, sendingSince: nil, isSent: false, isOver: false),
        Look(at: 104, sendingSince: 103, isSent: true, isOver: false),
        Look(at: 112, sendingSince: 103, isSent: true, isOver: false),
        Look(at: 113, sendingSince: 103, isSent: true, isOver: true),
    ]
    static let largeRequest = [
        Look(at: 1, sendingSince: 0, isSent: false, isOver: false),
        Look(at: 50, sendingSince: 0, isSent: false, isOver: false),
        Look(at: 51, sendingSince: 0, isSent: true, isOver: false),
        Look(at: 60, sendingSince: 0, isSent: true, isOver: false),
        Look(at: 61, sendingSince: 0, isSent: true, isOver: true),
    ]

    @Test(arguments: [smallRequest, largeRequest]) func `the wait counts from the requests end`(looks: [Look]) {
        var wait = FirstByteWait(limit: .seconds(10))
        for look in looks {
            let isOver = wait.isOver(time(look.at), sendingSince: look.sendingSince.map(time), isSent: look.isSent)
            #expect(isOver == look.isOver, "at \(look.at)")
        }
    }
}
