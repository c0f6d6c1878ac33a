import EmbeddingCore
import Logging
import SurrealDB
import Testing

@testable import Storage

@Suite struct MigrationTests {
    @Test func `fresh database becomes usable`() async throws {
        let fixture = try await Fixture()
        try await fixture.storage.repos.ping()
        try await fixture.storage.migrate()
    }

    @Test func `unmigrated database is not ready`() async throws {
        let fixture = try await Fixture(migrated: false)
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
    }

    @Test func `missing namespace and database are made`() async throws {
        let name = "fresh`\\\(UInt64.random(in: 0 ... .max))"
        let client = try await Engine.shared.client(database: name, isDefined: false, namespace: name)
        let fixture = try await Fixture(client: client, migrated: false)
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
        #expect(try await fixture.storage.schemaVersion().found == 0)
        try await fixture.storage.migrate()
        try await fixture.storage.repos.ping()
    }

    @Test func `stored statements are written anew for another generation of the engine`() async throws {
        let fixture = try await Fixture()
        let generation = try await fixture.database.dialect().generation
        let table = EmbeddedTable.repos()
        let latest = SchemaState.latest
        try await fixture.run(Schema.event(table, mark: Schema.mark(latest, generation: 5 - generation)))
        await #expect(throws: StoreError(.schema, "")) { try await fixture.storage.repos.ping() }
        try await fixture.storage.migrate()
        try await fixture.run("CREATE repo:1 SET full_name = 'a/b'")
        #expect(try await fixture.storage.jobs.statistics(model: model)?.pending == 1)
        let event = try await fixture.run("INFO FOR TABLE repo")["events"]["embedding"].string
        #expect(event?.contains(Schema.mark(latest, generation: generation)) == true)
    }

    @Test func `replicas that start at once migrate once`() async throws {
        let client = try await Engine.shared.client()
        let fixtures = [
            try await Fixture(client: client, owner: "one", migrated: false),
            try await Fixture(client: client, owner: "two", migrated: false),
            try await Fixture(client: client, owner: "three", migrated: false),
        ]
        try await fixtures[0].run("CREATE repo:1 SET full_name = 'A/b'")
        try await withThrowingTaskGroup { group in
            for fixture in fixtures { group.addTask { try await fixture.storage.migrate() } }
            try await group.waitForAll()
        }
        for fixture in fixtures {
            try await fixture.storage.repos.ping()
            #expect(try await fixture.storage.repos.repo(named: "a/b")?.repo.fullName == "A/b")
        }
        #expect(try await fixtures[0].run("SELECT VALUE owner FROM embed_star:migration")[0].isNil)
    }

    @Test func `later version is refused with the reason`() async throws {
        let fixture = try await Fixture()
        try await fixture.run("UPDATE embed_star:schema SET version = 99")
        let error = await #expect(throws: StoreError.self) { try await fixture.storage.migrate() }
        #expect(error?.code == .schema)
        #expect(error?.message.contains("99") == true)
    }

    @Test func `crashed migration is taken over and repeated`() async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            "DELETE embed_star:schema; UPSERT embed_star:migration SET owner = 'gone', until = time::now() - 1s"
        )
        try await fixture.storage.migrate()
        try await fixture.storage.repos.ping()
    }

    /// Rows as the predecessor left them: any form of id, its `embedding*` fields, no jobs.
    @Test func `predecessors database is taken over`() async throws {
        let fixture = try await Fixture(migrated: false)
        try await fixture.run(
            """
            FOR $i IN 0..20 {
              CREATE type::record("repo", $i) SET full_name = string::concat("Owner/Repo", <string> $i), stars = $i,
                owner = { login: "Owner", avatar_url: "x" }, embedding = [1, 0, 0], embedding_model = "old",
                embedding_generated_at = time::now(), updated_at = time::now() - 1h;
            };
            CREATE repo:uuid() SET full_name = "u/Uuid";
            CREATE repo:["a", 1] SET full_name = "l/List";
            CREATE repo SET full_name = "r/Random";
            CREATE repo:nameless SET stars = 1;
            """
        )
        try await fixture.storage.migrate()
        #expect(try await fixture.storage.repos.repo(named: "owner/repo7")?.state == .pending)
        for name in ["u/uuid", "L/LIST", "r/random"] {
            #expect(try await fixture.storage.repos.repo(named: name) != nil, "\(name)")
        }

        var cursor: DocumentID?
        var enqueued = 0
        var pages = 0
        repeat {
            let page = try await fixture.storage.jobs.backfill(after: cursor, limit: 7, model: model)
            cursor = page.next
            enqueued += page.enqueued
            pages += 1
        } while cursor != nil
        #expect(enqueued == 24)
        #expect(pages == 4)

        try await fixture.drain()
        let repo = try #require(try await fixture.storage.repos.repo(named: "owner/REPO7"))
        #expect(repo.state == .embedded)
        #expect(repo.model == model.name)
        #expect(repo.fingerprint == model.fingerprint)
        let failures = try await fixture.storage.deadLetters.page(limit: 10, cursor: nil, includesPrivate: true).letters
        #expect(failures.map(\.error) == ["the row has no full_name"])
        #expect(try await fixture.run("SELECT VALUE owner.avatar_url FROM repo:7")[0].string == "x")
    }

    @Test func `restricted table keeps its restriction and takes vectors`() async throws {
        let fixture = try await Fixture(migrated: false)
        try await fixture.run(
            """
            DEFINE TABLE repo SCHEMAFULL; DEFINE FIELD full_name ON repo TYPE string;
            DEFINE FIELD stars ON repo TYPE int DEFAULT 0;
            """
        )
        try await fixture.storage.migrate()
        try await fixture.run("CREATE repo:1 SET full_name = 'a/b'")
        try await fixture.drain()
        #expect(try await fixture.run("SELECT VALUE embedding FROM repo:1")[0].floats == [1, 0, 0, 0])
        #expect(try await fixture.storage.repos.repo(named: "a/b")?.state == .embedded)
        #expect(try await fixture.run("INFO FOR DB")["tables"]["repo"].string?.contains("SCHEMAFULL") == true)
    }

    @Test(arguments: [
        "CREATE repo:1", "CREATE repo:1 SET full_name = NULL", "CREATE repo:1 SET full_name = { a: 1 }",
        "CREATE repo:1 SET full_name = 5, owner = 'text', topics = 7, stars = 'many'",
        "CREATE repo:1 CONTENT { full_name: ['x'] }; UPDATE repo:1 SET full_name = 'a/b'; DELETE repo:1",
    ])
    func `other programs may write what they like`(_ statement: String) async throws {
        let fixture = try await Fixture()
        try await fixture.run(statement)
        _ = try await fixture.claim("t")
    }
}
