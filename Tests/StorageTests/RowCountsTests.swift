import Testing

@testable import Storage

@Suite struct RowCountsTests {
    private let start = ContinuousClock.now

    private func counts(
        _ total: Int,
        _ embedded: Int,
        recent: RowCounts.Change = .init(),
        cost: Duration = .zero
    ) -> RowCounts {
        RowCounts(
            counted: .init(total: total, embedded: embedded),
            recent: recent,
            position: "a",
            fingerprint: "f",
            at: start,
            cost: cost
        )
    }

    @Test(arguments: [
        ("CREATE", false, false, 3, 0), ("DELETE", false, false, -3, 0), ("DELETE", true, false, -3, -3),
        ("EMBED", false, true, 0, 3), ("EMBED", true, true, 0, 0), ("EMBED", true, false, 0, -3),
        ("UPDATE", false, false, 0, 0),
    ])
    func `entries change the counts`(kind: String, was: Bool, now: Bool, total: Int, embedded: Int) {
        var change = RowCounts.Change()
        change.add(kind, wasEmbedded: was, isEmbedded: now, count: 3)
        #expect(change == .init(total: total, embedded: embedded, written: kind == "EMBED" && now ? 3 : 0))
    }

    @Test func `what the count has seen is not taken in again`() {
        var counts = counts(10, 4, recent: .init(total: 2, embedded: 1))
        #expect(counts.total == 10)
        #expect(counts.embedded == 4)
        // The entries that were recent have settled, and one more came.
        counts.follow(.init(total: 2, embedded: 1), recent: .init(total: 1), position: "b", at: start)
        #expect(counts.total == 11)
        #expect(counts.embedded == 4)
    }

    @Test func `an entry that is committed late is taken in once`() {
        var counts = counts(0, 0)
        counts.follow(.init(), recent: .init(embedded: 1), position: "b", at: start)
        #expect(counts.embedded <= counts.total)
        counts.follow(.init(), recent: .init(total: 1, embedded: 1), position: "c", at: start)
        #expect((counts.total, counts.embedded) == (1, 1))
        counts.follow(.init(total: 1, embedded: 1), recent: .init(), position: "d", at: start)
        #expect((counts.total, counts.embedded) == (1, 1))
    }

    @Test func `numbers never contradict each other`() {
        for (total, embedded) in [(0, 1), (3, 9), (-2, 1), (2, -1), (-3, -5)] {
            let counts = counts(total, embedded)
            #expect(0 <= counts.embedded && counts.embedded <= counts.total)
            #expect(counts.wantsCount(at: start + .seconds(1), share: 0.05))
        }
    }

    @Test func `the rows are counted again once all is quiet`() {
        var counts = counts(5, 5, cost: .milliseconds(50))
        #expect(!counts.wantsCount(at: start + .seconds(600), share: 0.05))
        counts.follow(.init(), recent: .init(total: 1), position: "b", at: start + .seconds(100))
        #expect(!counts.wantsCount(at: start + .seconds(101), share: 0.05))
        counts.follow(.init(), recent: .init(total: 1), position: "c", at: start + .seconds(102))
        #expect(counts.wantsCount(at: start + .seconds(103), share: 0.05))
    }

    @Test func `the rows are counted again though there is no quiet`() {
        var counts = counts(5, 5)
        counts.follow(.init(total: 1), recent: .init(), position: "b", at: start + .seconds(301))
        #expect(counts.wantsCount(at: start + .seconds(301), share: 0.05))
    }

    @Test func `a costly count rests`() {
        let counts = counts(0, 1, cost: .seconds(1))
        #expect(!counts.wantsCount(at: start + .seconds(19), share: 0.05))
        #expect(counts.wantsCount(at: start + .seconds(21), share: 0.05))
    }

    @Test func `what is older than the log is counted again`() {
        #expect(counts(5, 5).wantsCount(at: start + ChangeLog.retention, share: 0.05))
    }
}
