import EmbeddingCore
import Logging
import SurrealDB
import Telemetry
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

    /// All pages of a listing.
    private static func listed(
        _ fixture: Fixture,
        _ listing: RepoListing = RepoListing(filter: SearchFilter(includesPrivate: true)),
        limit: Int = 8
    ) async throws -> [StoredRepo] {
        var (found, cursor): ([StoredRepo], String?) = ([], nil)
        repeat {
            let page = try await fixture.storage.repos.page(of: listing, after: cursor, limit: limit)
            found += page.repos
            cursor = page.next
        } while cursor != nil
        return found
    }

    @Test func `the others are listed, and it by its name`() async throws {
        let fixture = try await filled()
        #expect(Set(try await Self.listed(fixture).map(\.repo.fullName)) == readable.union(["a/deep", "a/nul"]))
        let pending = RepoListing(filter: SearchFilter([.owner("a")]), isEmbedded: false)
        #expect(try await Self.listed(fixture, pending, limit: 30).count == 22)
        let one = try await fixture.storage.repos.repo(named: "a/deep")
        #expect(one?.repo.fullName == "a/deep" && one?.repo.description == nil)
    }

    @Test func `the others are listed though a whole page cannot be read`() async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            """
            FOR $i IN 0..50 {
              CREATE type::record('repo', $i) SET full_name = "a/x" + <string> $i, description = $deep RETURN NONE
            };
            """,
            ["deep": Self.deep]
        )
        _ = try await fixture.storage.repos.upsert([update("a/r")])
        #expect(try await Self.listed(fixture, limit: 40).count == 51)
        #expect(try await fixture.storage.feed.page(after: nil, limit: 60, vectorsOf: nil).count == 51)
    }

    @Test(arguments: [false, true])
    func `the others are exported, and it without what is odd`(vectors: Bool) async throws {
        let fixture = try await filled()
        let page = try await fixture.storage.export.page(after: nil, limit: 100, withVectors: vectors)
        #expect(Set(page.repos.map(\.repo.fullName)) == readable.union(["a/deep", "a/nul"]))
    }

    @Test(arguments: [SearchBackend.databaseExact, .databaseIndex, .memory])
    func `the others are found`(backend: SearchBackend) async throws {
        let fixture = try await filled()
        try await fixture.run(
            """
            UPDATE repo SET embedding = [1f, rand::float(), rand::float(), 0f], embedding_fingerprint = $fingerprint,
              is_private = false RETURN NONE
            """,
            ["fingerprint": .string(model.fingerprint), "embedding_completion": true]
        )
        let search = try await backend.search(fixture, model)
        let hits = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 20)
        #expect(hits.hits.count == 20 && !hits.hits.contains { $0.repo.fullName == "a/deep" })
        if backend.isThroughIndex { #expect(hits.method != .exact) }
    }

    @Test func `odd vector is none`() async throws {
        let fixture = try await filled()
        try await fixture.run(
            "UPDATE repo:3 SET embedding = $deep, embedding_fingerprint = $fingerprint RETURN NONE",
            ["deep": Self.deep, "fingerprint": .string(model.fingerprint)]
        )
        #expect(try await fixture.storage.search.vector(of: "a/r3", model: model, includesPrivate: true) == .pending)
        #expect(try await fixture.storage.search.vector(of: "a/deep", model: model, includesPrivate: true) == .pending)
    }

    @Test func `it is mended by an update beside others, and can be deleted`() async throws {
        let fixture = try await filled()
        let counts = try await fixture.storage.repos.upsert([
            update("a/deep", description: "shallow"), update("a/r1", stars: 7), update("a/new"),
        ])
        #expect(counts.created == 1 && counts.changed == 2)
        #expect(try await fixture.storage.repos.repo(named: "a/deep")?.repo.description == "shallow")
        #expect(try await fixture.storage.repos.delete(named: "a/nul"))
        #expect(try await Self.listed(fixture).count == 22)
    }

    @Test func `it is reprocessed and moves with its owner`() async throws {
        let fixture = try await filled()
        #expect(try await fixture.storage.repos.reprocess(named: "a/deep", force: true))
        #expect(try await fixture.storage.repos.rename(owner: "a", to: "b") == 22)
        #expect(try await fixture.storage.repos.repo(named: "b/deep") != nil)
    }

    @Test func `dead letter is listed whose row has an odd name`() async throws {
        let fixture = try await filled()
        try await fixture.run("CREATE repo:102 SET full_name = $deep RETURN NONE", ["deep": Self.deep])
        for round in 0..<5 {
            let jobs = try await fixture.claim("t\(round)")
            try await fixture.complete(jobs, "t\(round)") { _ in .embedded(try vector(1)) }
        }
        let letters = try await fixture.storage.deadLetters.page(limit: 9, cursor: nil, includesPrivate: true).letters
        #expect(letters.map(\.error).contains("the row cannot be read"))
        #expect(Set(letters.map(\.label)).isSuperset(of: ["", "a/deep"]))
    }

    @Test func `the others are copied to another database`() async throws {
        let (source, target) = (try await filled(), try await Fixture(migrated: false))
        let logger = Logger(label: "tests")
        let copy = RepoCopy(
            from: source.client,
            named: "source",
            to: target.client,
            metrics: MetricsRegistry(),
            logger: logger
        )
        let done = try await copy.run { _ in }
        let names = try await target.run("SELECT VALUE full_name FROM repo").array ?? []
        #expect(Set(names.compactMap(\.string)).isSuperset(of: readable))
        #expect(done.unreadable >= 1 && names.count == done.total - done.unreadable)
    }

    /// What fails with no row at all is not the rows' fault.
    @Test func `faulty statement is not blamed on the rows`() async throws {
        let fixture = try await filled()
        let ids = (0..<40).map { SurrealValue.recordID(SurrealRecordID(table: "repo", key: SurrealValue($0))) }
        await #expect(throws: StoreError.self) { try await fixture.reader.rows(ids, "id, no::function(id)") }
    }
}
