import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// A row that makes a statement fail which reads it fails alone.
@Suite struct UnreadableRowTests {
    /// Deeper than any answer may be.
    private static let deep = (0..<70).reduce(SurrealValue.string("x")) { value, _ in .array([value]) }

    private func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        for number in 0..<20 {
            try await fixture.run("CREATE type::record('repo', \(number)) SET full_name = 'a/r\(number)'")
        }
        let deep = "CREATE repo:100 SET full_name = 'a/deep', description = $deep RETURN NONE"
        try await fixture.run(deep, ["deep": Self.deep])
        // SurrealDB 2 takes the NUL and then gives no answer that holds it.
        let nul = "CREATE repo:101 SET full_name = 'a/nul', description = $nul RETURN NONE"
        try await fixture.run(nul, ["nul": "a\0b"])
        return fixture
    }

    private var readable: Set<String> { Set((0..<20).map { "a/r\($0)" }) }

    @Test func `the others are followed`() async throws {
        let fixture = try await filled()
        var rows: [FeedRow] = []
        repeat {
            let page = try await fixture.storage.feed.page(after: rows.last?.id, limit: 8, vectorsOf: nil)
            rows += page
            if page.count < 8 { break }
        } while true
        #expect(rows.count == 22)
        #expect(Set(rows.map(\.repo.fullName)).isSuperset(of: readable))
        let feed = fixture.feed()
        let position = try await feed.changes(since: nil, limit: 9, vectorsOf: nil).position
        try await fixture.run("UPDATE repo SET stars = 5 WHERE id IN [repo:3, repo:100] RETURN NONE")
        let changes = try await feed.changes(since: position, limit: 9, vectorsOf: nil).changes
        let names = changes.compactMap { if case .upsert(let row) = $0 { row.repo.fullName } else { nil } }
        #expect(names.contains("a/r3"))
    }

    @Test func `the others are claimed and it is parked with the reason`() async throws {
        let fixture = try await filled()
        var labels: Set<String> = []
        for round in 0..<5 {
            let jobs = try await fixture.claim("t\(round)", limit: 8)
            try await fixture.complete(jobs, "t\(round)") { _ in .embedded(try vector(1)) }
            labels.formUnion(jobs.map(\.document.label))
        }
        #expect(labels.isSuperset(of: readable))
        let jobs = try await fixture.run("SELECT VALUE error FROM embedding_job WHERE repo = repo:100")
        #expect(jobs[0].string == "the row cannot be read")
        #expect(try await fixture.storage.jobs.statistics(model: model)?.pending == 0)
    }

    @Test func `the others are swept`() async throws {
        let fixture = try await filled()
        try await fixture.run("DELETE embedding_job")
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: model).enqueued >= 21)
    }
}
