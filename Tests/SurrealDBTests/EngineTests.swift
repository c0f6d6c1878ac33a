import Testing

@testable import SurrealDB

/// The client against the real engine.
@Suite(.enabled(if: DevelopmentDatabase.shared != nil, "scripts/bootstrap installs the engine"))
struct EngineTests {
    private func database() throws -> DevelopmentDatabase { try #require(DevelopmentDatabase.shared) }

    @Test func `it tells its version`() async throws {
        #expect(try await database().client().version().hasPrefix("surrealdb-"))
    }

    @Test func `every kind of value comes back as it went`() async throws {
        let client = try await database().client()
        for value in CBORTests.values {
            let result = try await client.query("RETURN $value", ["value": value])
            #expect(result == [value])
        }
    }

    @Test func `statements answer in order`() async throws {
        let client = try await database().client()
        let results = try await client.query(
            """
            CREATE repo:5 SET name = 'five', at = d'2024-02-29T12:00:00.5Z', wait = 1m30s, price = 1.5dec;
            SELECT VALUE id FROM repo;
            SELECT missing, name FROM ONLY repo:5;
            """
        )
        let row = results[0][0]
        #expect(row["id"] == .recordID(SurrealRecordID(table: "repo", key: 5)))
        #expect(row["at"] == .datetime(seconds: 1_709_208_000, nanoseconds: 500_000_000))
        #expect(row["wait"] == .duration(.seconds(90)))
        #expect(row["price"] == .decimal("1.5"))
        #expect(results[1] == [.recordID(SurrealRecordID(table: "repo", key: 5))])
        #expect(results[2]["name"] == "five")
        #expect(results[2]["missing"].isNil)
    }

    static let refused: [(sql: String, code: SurrealError.Code)] = [
        ("SELEC * FROM repo", .rejected),
        ("RETURN 1; THROW 'no'; RETURN 2", .rejected),
        ("BEGIN; CREATE repo:1; THROW 'no'; COMMIT", .rejected),
        ("THROW 'Failed to commit transaction due to a read or write conflict'", .conflict),
        ("SELECT * FROM [1, 2, 3] TIMEOUT 1ns", .unavailable),
    ]

    @Test(arguments: refused) func `a refused statement is an error`(sql: String, code: SurrealError.Code) async throws
    {
        let client = try await database().client()
        let error = await #expect(throws: SurrealError.self) { try await client.query(sql) }
        #expect(error?.code == code, "\(String(describing: error))")
    }

    @Test func `a failed transaction tells its cause`() async throws {
        let client = try await database().client()
        let error = await #expect(throws: SurrealError.self) {
            try await client.query("BEGIN; CREATE repo:1; THROW 'the cause'; CREATE repo:2; COMMIT")
        }
        #expect(error?.message.contains("the cause") == true)
    }

    @Test func `wrong credentials are unauthorized`() async throws {
        let client = try await database().client { $0.password = { "wrong" } }
        await #expect(throws: SurrealError(.unauthorized, "")) { try await client.query("RETURN 1") }
    }

    @Test(arguments: [SurrealConfiguration.AuthLevel.namespace, .database])
    func `users of each level sign in`(level: SurrealConfiguration.AuthLevel) async throws {
        let database = try database()
        let name = "levels_\(level)"
        let root = try await database.client { $0.database = name }
        try await root.defineDatabase()
        _ = try await root.query("DEFINE USER ada ON \(level) PASSWORD 'sesame' ROLES EDITOR")
        let client = try await database.client { configuration in
            configuration.database = name
            configuration.authLevel = level
            configuration.user = "ada"
            configuration.password = { "sesame" }
        }
        #expect(try await client.query("RETURN 1") == [1])
    }

    @Test func `vectors by the hundred go and come back`() async throws {
        let client = try await database().client()
        let vectors = (0..<400).map { row in (0..<768).map { Float(row) + Float($0) / 768 } }
        let rows = vectors.enumerated().map { index, vector -> SurrealValue in
            ["id": .recordID(SurrealRecordID(table: "repo", key: SurrealValue(index))), "v": .floats(vector)]
        }
        _ = try await client.query("FOR $e IN $rows { UPSERT $e.id SET v = $e.v RETURN NONE }", ["rows": .array(rows)])
        let stored = try await client.query("SELECT VALUE v FROM repo:0..")
        #expect(stored[0].array?.map(\.floats) == vectors)
    }

    @Test func `a request past the servers limit is rejected`() async throws {
        let client = try await database().client()
        let blob = SurrealValue.bytes([UInt8](repeating: 0, count: 5 << 20))
        await #expect(throws: SurrealError(.rejected, "")) { try await client.query("RETURN 1", ["blob": blob]) }
        #expect(try await client.query("RETURN 1") == [1])
    }

    @Test func `a query that takes too long is unavailable`() async throws {
        let client = try await database().client()
        await #expect(throws: SurrealError(.unavailable, "")) {
            try await client.query("SLEEP 1s", timeout: .milliseconds(100))
        }
        #expect(try await client.query("RETURN 1") == [1])
    }

    @Test func `many tasks share the pool`() async throws {
        let client = try await database().client { configuration in
            configuration.poolSize = 4
            configuration.waitTimeout = .seconds(60)
        }
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { try await client.query("RETURN $n", ["n": SurrealValue(number)])[0].int ?? 0 }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 199 * 200 / 2)
    }
}
