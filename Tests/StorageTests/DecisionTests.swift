import DateTime
import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct DecisionTests {
    /// Whatever another program writes, no number of it ends the process.
    @Test func `numbers out of range are bounded`() {
        for seconds in [Int64.min, -62_135_596_801, 253_402_300_800, .max] {
            #expect(Timestamp(SurrealValue.datetime(seconds: seconds, nanoseconds: 0)) == nil)
        }
        #expect(
            Timestamp(SurrealValue.datetime(seconds: 253_402_300_799, nanoseconds: 0))?.text == "9999-12-31T23:59:59Z"
        )
        for (stars, expected) in [(Int.max, 10_000_000_000), (-1, 0), (Int.min, 0), (7, 7)] {
            let repo = RepoRow.repo(["full_name": "a/b", "stars": SurrealValue(stars)])
            #expect(repo?.stars == expected)
            #expect(repo?.text().isEmpty == false)
        }
    }

    private static func record(_ phase: VectorIndexRecord.Phase) -> VectorIndexRecord {
        VectorIndexRecord(fingerprint: model.fingerprint, dimensions: 4, kind: .hnsw, phase: phase)
    }

    @Test(arguments: [
        (nil, QueueStatistics(embedded: 1999), VectorIndexAction.nothing),
        (nil, QueueStatistics(embedded: 2000), .create), (nil, QueueStatistics(pending: 101, embedded: 2000), .nothing),
        (nil, QueueStatistics(pending: 1000, embedded: 100_000), .create),
        (record(.building), QueueStatistics(), .awaitBuild), (record(.dropping), QueueStatistics(), .drop),
        (record(.failed), QueueStatistics(), .nothing), (record(.ready), QueueStatistics(embedded: 5000), .nothing),
        (record(.ready), QueueStatistics(pending: 4000, embedded: 5000), .nothing),
        (record(.ready), QueueStatistics(pending: 5001, embedded: 5000), .drop),
        (VectorIndexRecord(fingerprint: "other", dimensions: 4, kind: .hnsw, phase: .ready), QueueStatistics(), .drop),
        (
            VectorIndexRecord(fingerprint: model.fingerprint, dimensions: 4, kind: .diskann, phase: .ready),
            QueueStatistics(), .drop
        ),
    ])
    func `index step follows from what is known`(
        _ record: VectorIndexRecord?,
        _ statistics: QueueStatistics,
        _ expected: VectorIndexAction
    ) {
        let action = VectorIndexAction.next(
            record,
            model: model,
            kind: .hnsw,
            statistics: statistics,
            written: 0,
            minimum: 2000,
            isRetryDue: false,
            writesBeside: false
        )
        #expect(action == expected)
    }

    @Test(arguments: [
        ([], []), ([1, 1, 1], [3]), ([1, 1, 1, 1], [3, 1]), ([6, 6], [1, 1]), ([4, 6, 1], [2, 1]),
        ([99, 1, 1], [1, 2]),
        ([1, 99, 1], [1, 1, 1]),
    ])
    func `requests stay below the servers limit`(_ sizes: [Int], _ expected: [Int]) {
        let batches = sizes.batches(count: 3, bytes: 10) { $0 }
        #expect(batches.map(\.count) == expected)
        #expect(batches.flatMap { $0 } == sizes)
    }

    private static var begun: VectorIndexRecord {
        var record = record(.building)
        record.rows = 0
        return record
    }

    private static func built(over rows: Int?) -> VectorIndexRecord {
        var record = record(.ready)
        record.rows = rows
        return record
    }

    /// Where vectors are written beside the index as fast as without one.
    @Test(arguments: [
        (nil, QueueStatistics(pending: 2000), 0, VectorIndexAction.nothing),
        (nil, QueueStatistics(pending: 500, embedded: 1500), 0, .nothing),
        (nil, QueueStatistics(embedded: 2000), 0, .create),
        (begun, QueueStatistics(pending: 1, embedded: 1998), 1998, .nothing),
        (begun, QueueStatistics(pending: 1999, embedded: 1), 1, .awaitBuild),
        (built(over: nil), QueueStatistics(pending: 5001, embedded: 5000), 0, .nothing),
        (built(over: 0), QueueStatistics(pending: 101, embedded: 2000), 2000, .nothing),
        (built(over: 0), QueueStatistics(pending: 100, embedded: 2000), 0, .renew),
        (built(over: 2000), QueueStatistics(embedded: 3999), 1999, .nothing),
        (built(over: 2000), QueueStatistics(embedded: 4000), 0, .renew),
        (built(over: 2000), QueueStatistics(embedded: 2000), 2000, .renew),
        (built(over: 10_000), QueueStatistics(embedded: 14_999), 4999, .nothing),
        (built(over: 10_000), QueueStatistics(embedded: 10_000), 5000, .renew),
    ])
    func `index that stands is renewed after many writes`(
        _ record: VectorIndexRecord?,
        _ statistics: QueueStatistics,
        _ written: Int,
        _ expected: VectorIndexAction
    ) {
        let action = VectorIndexAction.next(
            record,
            model: model,
            kind: .hnsw,
            statistics: statistics,
            written: written,
            minimum: 2000,
            isRetryDue: false,
            writesBeside: true
        )
        #expect(action == expected)
    }

    @Test func `failed index is tried again in time`() {
        let action = VectorIndexAction.next(
            Self.record(.failed),
            model: model,
            kind: .hnsw,
            statistics: QueueStatistics(),
            written: 0,
            minimum: 1,
            isRetryDue: true,
            writesBeside: false
        )
        #expect(action == .drop)
    }

    @Test func `restart in the middle of a build is seen`() {
        let counted: SurrealValue = ["building": ["status": "indexing", "initial": 250]]
        let ready: SurrealValue = ["building": ["status": "ready"]]
        let whole: SurrealValue = ["building": ["status": "ready", "initial": 3000]]
        var mine = IndexBuildWatch(startedHere: true)
        #expect(mine.observe(counted) == .building)
        #expect(mine.observe(ready) == .interrupted)
        var small = IndexBuildWatch(startedHere: true)
        #expect(small.observe(ready) == .complete)
        var foreign = IndexBuildWatch(startedHere: false)
        #expect(foreign.observe(ready) == .interrupted)
        #expect(foreign.observe(counted) == .building)
        #expect(foreign.observe(whole) == .complete)
    }

    @Test func `a build that does not move is interrupted`() {
        let start = ContinuousClock.now
        func counted(_ rows: Int) -> SurrealValue {
            ["building": ["status": "indexing", "initial": SurrealValue(rows)]]
        }
        var watch = IndexBuildWatch(startedHere: true)
        #expect(watch.observe(counted(250), at: start) == .building)
        #expect(watch.observe(counted(500), at: start + .seconds(59)) == .building)
        #expect(watch.observe(counted(500), at: start + .seconds(118)) == .building)
        #expect(watch.observe(counted(500), at: start + .seconds(119)) == .interrupted)
        #expect(watch.observe(["building": ["status": "aborted"]]) == .failed("the database abandoned it"))
    }

    private static let numbers: [SurrealValue] = [
        .int(.max), .int(.min), .int(-1), .float(1e300), .float(.nan), .string("5"), .none,
    ]

    /// Its record may be anybody's, too.
    @Test(arguments: numbers) func `no number of the indexs record ends anything`(number: SurrealValue) throws {
        #expect(number.count == nil)
        let row: SurrealValue = [
            "fingerprint": .string(model.fingerprint), "dimensions": 4, "phase": "ready", "rows": number,
        ]
        let record = try #require(VectorIndexRecord(row))
        #expect(record.rows == nil)
        #expect(VectorIndexRecord(["fingerprint": "x", "phase": "ready", "dimensions": number]) == nil)
    }
}
