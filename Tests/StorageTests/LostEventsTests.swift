import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// What removes the outbox's events, or goes around them.
@Suite struct LostEventsTests {
    private func repos(_ fixture: Fixture) async throws {
        _ = try await fixture.storage.repos.upsert([update("a/one"), update("a/two")])
        try await fixture.drain()
    }

    private func enqueued(_ fixture: Fixture) async throws -> Int {
        try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: model).enqueued
    }

    @Test(arguments: [
        "REMOVE TABLE repo", "REMOVE EVENT embedding ON TABLE repo",
        "DEFINE EVENT OVERWRITE embedding ON TABLE repo WHEN false THEN {}", "REMOVE TABLE embedding_job",
        "REMOVE TABLE embedding_change", "REMOVE TABLE repo_name", "REMOVE TABLE repo_identity",
        "REMOVE TABLE idempotency_record", "DELETE embed_star:schema",
    ])
    func `what is gone is noticed and put back`(_ statement: String) async throws {
        let fixture = try await Fixture()
        try await repos(fixture)
        #expect(try await fixture.storage.schemaFault() == nil)
        try await fixture.run(statement)
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
        // Nothing is acknowledged until it stands again.
        await #expect(throws: StoreError(.schema, "")) {
            try await fixture.storage.repos.upsert([update("a/three")])
        }
        #expect(try await fixture.storage.schemaFault() != nil)
        try await fixture.storage.migrate()
        try await fixture.storage.repos.ping()
        #expect(try await fixture.storage.schemaFault() == nil)
        _ = try await fixture.storage.repos.upsert([update("a/three")])
        #expect(try await fixture.storage.repos.repo(named: "a/three")?.state == .pending)
        try await fixture.drain()
        #expect(try await fixture.storage.repos.repo(named: "a/three")?.state == .embedded)
    }

    @Test func `namespace that went away is made anew`() async throws {
        let name = "gone\(UInt64.random(in: 0 ... .max))"
        let client = try await Engine.shared.client(database: name, namespace: name)
        let fixture = try await Fixture(client: client)
        try await repos(fixture)
        try await fixture.run("REMOVE NAMESPACE \(name)")
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
        await #expect(throws: StoreError.self) { try await fixture.storage.repos.upsert([update("a/b")]) }
        try await fixture.storage.migrate()
        try await fixture.storage.repos.ping()
        _ = try await fixture.storage.repos.upsert([update("a/b")])
        try await fixture.drain()
        #expect(try await fixture.storage.repos.repo(named: "a/b")?.state == .embedded)
        #expect(try await fixture.storage.jobs.statistics(model: model)?.total == 1)
    }

    @Test func `rows that came back without events are found under their names and embedded`() async throws {
        let fixture = try await Fixture()
        try await repos(fixture)
        try await fixture.run(
            """
            REMOVE TABLE repo; DEFINE TABLE repo SCHEMALESS;
            CREATE repo:1 SET full_name = "New/Row", github_id = 7; CREATE repo:2 SET full_name = "a/one";
            """
        )
        try await fixture.storage.migrate()
        #expect(try await fixture.storage.repos.repo(named: "new/row") != nil)
        #expect(try await enqueued(fixture) == 2)
        try await fixture.drain()
        #expect(try await fixture.storage.repos.repo(named: "new/row")?.state == .embedded)
        #expect(try await fixture.storage.jobs.statistics(model: model) == QueueStatistics(embedded: 2, total: 2))
        var renamed = update("newer/row")
        renamed.githubID = 7
        _ = try await fixture.storage.repos.upsert([renamed])
        #expect(try await fixture.storage.repos.repo(named: "new/row") == nil)
    }

    @Test func `rows of a backup with a vector of another text are embedded again`() async throws {
        let fixture = try await Fixture()
        try await repos(fixture)
        #expect(try await enqueued(fixture) == 0)
        try await fixture.run("OPTION IMPORT; UPDATE repo:⟨a/one⟩ SET description = 'as it was'")
        #expect(try await enqueued(fixture) == 1)
        #expect(try await enqueued(fixture) == 0)
        try await fixture.drain()
        #expect(try await enqueued(fixture) == 0)
    }

    @Test(arguments: [
        (JobOutcome.deadLetter(error: "bad text"), "description = 'a good text'"),
        (.deadLetter(error: "bad text"), "is_private = true"),
        (.excluded, "is_private = true"), (.excluded, "description = 'another'"),
    ])
    func `parked job of a row that a backup replaced is due again`(_ outcome: JobOutcome, _ change: String) async throws
    {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/one"), update("a/two")])
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in outcome }
        #expect(try await enqueued(fixture) == 0)
        try await fixture.run("OPTION IMPORT; UPDATE repo:⟨a/one⟩ SET \(change)")
        #expect(try await enqueued(fixture) == 1)
        #expect(try await enqueued(fixture) == 0)
        #expect(try await fixture.claim("u").map(\.document.label) == ["a/one"])
    }

    @Test func `dead letter of a row that a backup brought with its vector ends`() async throws {
        let fixture = try await Fixture()
        try await repos(fixture)
        try await fixture.run("UPDATE repo:⟨a/one⟩ SET description = 'bad'")
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .deadLetter(error: "bad text") }
        try await fixture.run("OPTION IMPORT; UPDATE repo:⟨a/one⟩ SET description = NONE")
        #expect(try await enqueued(fixture) == 1)
        #expect(try await fixture.claim("u").map(\.document.label) == ["a/one"])
    }

    @Test func `row that nobody could name is due once a backup names it`() async throws {
        let fixture = try await Fixture()
        try await fixture.run("CREATE repo:1 SET description = 'no name'")
        #expect(try await fixture.claim("t").isEmpty)
        #expect(try await enqueued(fixture) == 0)
        try await fixture.run("OPTION IMPORT; UPDATE repo:1 SET full_name = 'a/b'")
        #expect(try await enqueued(fixture) == 1)
    }

    @Test func `followers and counts read anew what was put back`() async throws {
        let fixture = try await Fixture()
        try await repos(fixture)
        let feed = fixture.feed()
        let position = try await feed.changes(since: nil, limit: 9, vectorsOf: nil).position
        let jobs = fixture.queue(countingShare: .infinity)
        #expect(try await jobs.statistics(model: model)?.total == 2)
        try await fixture.run("REMOVE TABLE repo; DEFINE TABLE repo SCHEMALESS; CREATE repo:1 SET full_name = 'a/b'")
        try await fixture.storage.migrate()
        await #expect(throws: StoreError(.rejected, "")) {
            try await feed.changes(since: position, limit: 9, vectorsOf: nil)
        }
        #expect(try await jobs.statistics(model: model)?.total == 1)
        let next = try await feed.changes(since: nil, limit: 9, vectorsOf: nil).position
        #expect(try await feed.changes(since: next, limit: 9, vectorsOf: nil).changes.isEmpty)
        try await jobs.beginEpoch()
        await #expect(throws: StoreError(.rejected, "")) {
            try await feed.changes(since: next, limit: 9, vectorsOf: nil)
        }
    }

    @Test func `an installation that was cut short is done again`() async throws {
        let fixture = try await Fixture()
        try await fixture.run("UPDATE embed_star:schema SET tables = ['']; DELETE repo_name")
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
        try await fixture.storage.migrate()
        try await fixture.storage.repos.ping()
    }
}
