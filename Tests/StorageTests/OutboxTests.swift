import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct OutboxTests {
    private func embedded() async throws -> Fixture {
        let fixture = try await Fixture()
        try await fixture.run(
            """
            CREATE repo:1 SET full_name = "a/b", description = "text", language = "Go", stars = 1, topics = ["x"],
              owner = { login: "a" }, is_private = false, url = "u"
            """
        )
        try await fixture.drain()
        #expect(try await fixture.claim("none").isEmpty)
        return fixture
    }

    @Test(arguments: [
        "full_name = 'a/c'", "description = 'other'", "description = NONE", "language = 'C'", "stars = 2",
        "topics = ['x', 'y']", "owner.login = 'b'", "is_private = true", "embedding = NONE",
    ])
    func `change of what the text is made of makes the repo due`(_ change: String) async throws {
        let fixture = try await embedded()
        try await fixture.run("UPDATE repo:1 SET \(change)")
        #expect(try await fixture.claim("t").count == 1)
    }

    @Test(arguments: ["url = 'v'", "updated_at = time::now()", "anything = 1", "stars = 1", "embedding_model = 'm'"])
    func `other changes do not`(_ change: String) async throws {
        let fixture = try await embedded()
        try await fixture.run("UPDATE repo:1 SET \(change)")
        #expect(try await fixture.claim("t").isEmpty)
    }

    @Test func `program that replaces the whole row loses the vector and gets another`() async throws {
        let fixture = try await embedded()
        try await fixture.run("UPSERT repo:1 CONTENT (SELECT * OMIT embedding, embedding_fingerprint FROM ONLY repo:1)")
        #expect(try await fixture.claim("t").count == 1)
    }

    @Test func `transaction that fails leaves no job`() async throws {
        let fixture = try await Fixture()
        await #expect(throws: StoreError.self) {
            try await fixture.run("BEGIN; CREATE repo:1 SET full_name = 'a/b'; THROW 'no'; COMMIT;")
        }
        #expect(try await fixture.claim("t").isEmpty)
    }

    @Test func `deletion takes the job along`() async throws {
        let fixture = try await Fixture()
        try await fixture.run("CREATE repo:1 SET full_name = 'a/b'; DELETE repo:1")
        #expect(try await fixture.run("SELECT * FROM embedding_job") == [])
        #expect(try await fixture.run("SELECT * FROM repo_name") == [])
    }

    @Test func `thousand rows by another program are all due`() async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            "FOR $i IN 0..1000 { CREATE repo SET full_name = string::concat('a/r', <string> $i) RETURN NONE }"
        )
        #expect(try await fixture.claim("t", limit: 2000).count == 1000)
    }
}
