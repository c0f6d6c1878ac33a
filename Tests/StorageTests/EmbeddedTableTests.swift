import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// A second table needs its declaration and nothing else.
@Suite struct EmbeddedTableTests {
    private static let issues = EmbeddedTable(
        name: "issue",
        fields: ["title", "body", "secret"],
        watched: ["title", "body", "secret"],
        label: "title",
        privacy: "secret",
        text: { row in [row["title"].string, row["body"].string].compactMap(\.self).joined(separator: "\n") }
    )
    private static let tables = EmbeddedTables([.repos(), issues])

    private func filled() async throws -> Fixture {
        let fixture = try await Fixture(tables: Self.tables)
        try await fixture.run(
            """
            CREATE repo:⟨a/b⟩ SET full_name = "a/b"; CREATE issue:1 SET title = "Crash", body = "It falls.";
            CREATE issue:2 SET title = "Leak", secret = true
            """
        )
        return fixture
    }

    @Test func `rows of all tables are claimed as documents`() async throws {
        let jobs = try await filled().claim("t")
        #expect(Set(jobs.map(\.document.label)) == ["a/b", "Crash", "Leak"])
        #expect(jobs.first { $0.document.label == "Crash" }?.document.text == "Crash\nIt falls.")
        #expect(jobs.filter(\.document.isPrivate).map(\.document.label) == ["Leak"])
    }

    @Test func `their vectors are written and follow their changes`() async throws {
        let fixture = try await filled()
        try await fixture.drain()
        #expect(try await fixture.run("SELECT VALUE embedding FROM issue:1")[0].floats == [1, 0, 0, 0])
        #expect(try await fixture.storage.jobs.statistics(model: model) == QueueStatistics(embedded: 3, total: 3))
        try await fixture.run("UPDATE issue:1 SET body = 'It stands.'; UPDATE issue:2 SET other = 1; DELETE issue:2")
        #expect(try await fixture.claim("t").map(\.document.text) == ["Crash\nIt stands."])
        #expect(try await fixture.run("SELECT VALUE repo FROM embedding_job").array?.count == 1)
    }

    @Test func `backfill walks through all tables`() async throws {
        let fixture = try await filled()
        try await fixture.run("DELETE embedding_job")
        var enqueued = 0
        var cursor: DocumentID?
        repeat {
            let page = try await fixture.storage.jobs.backfill(after: cursor, limit: 1, model: model)
            cursor = page.next
            enqueued += page.enqueued
        } while cursor != nil
        #expect(enqueued == 3)
        #expect(try await fixture.claim("t").count == 3)
    }

    @Test func `dead letters are called by their labels`() async throws {
        let fixture = try await filled()
        try await fixture.complete(try await fixture.claim("t"), "t") { _ in .deadLetter(error: "bad") }
        for (includesPrivate, expected) in [(false, ["Crash", "a/b"]), (true, ["Crash", "Leak", "a/b"])] {
            let page = try await fixture.storage.deadLetters.page(
                limit: 9,
                cursor: nil,
                includesPrivate: includesPrivate
            )
            #expect(page.letters.map(\.label).sorted() == expected)
        }
    }

    @Test func `followers of repos see none of them`() async throws {
        let fixture = try await Fixture(tables: Self.tables)
        let feed = fixture.feed()
        let before = try await fixture.run("RETURN rand::ulid(time::now() - 1m)").string ?? ""
        let epoch = try await fixture.run("SELECT VALUE epoch FROM [embed_star:schema]")[0].string ?? ""
        let start = FeedPosition(encoded: Array("\(before) \(epoch)".utf8))
        try await fixture.run("CREATE issue:1 SET title = 'Crash'; CREATE repo:⟨a/b⟩ SET full_name = 'a/b'")
        var changes: [FeedChange] = []
        while changes.isEmpty {
            changes = try await feed.changes(since: start, limit: 100, vectorsOf: model).changes
        }
        #expect(changes.count == 1)
    }

    @Test func `a table is added to a database that is in use`() async throws {
        let before = try await Fixture()
        try await before.run("CREATE issue:1 SET title = 'Crash'; CREATE repo:⟨a/b⟩ SET full_name = 'a/b'")
        try await before.drain()
        let fixture = try await Fixture(client: before.client, tables: Self.tables)
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 9, model: model).enqueued == 1)
        try await fixture.run("CREATE issue:2 SET title = 'Leak'")
        #expect(Set(try await fixture.claim("t").map(\.document.label)) == ["Crash", "Leak"])
    }
}
