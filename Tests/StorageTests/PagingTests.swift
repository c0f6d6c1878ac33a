import EmbeddingCore
import Foundation
import SurrealDB
import Testing

@testable import Storage

/// What reads a part of a table reads no more of it than that, by the engine's own account. The statements are taken from
/// the sources of `Storage`, so that a new one is looked at as well.
@Suite struct PagingTests {
    private static let rows = 3000
    private static let limit = 10
    /// The engine reads by so many at a time where it has to look at each row.
    private static let batch = 1000

    /// Rows in all tables that are read by parts. The event stays out of it, and others get their turn in between.
    private func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        for start in stride(from: 0, to: Self.rows, by: 250) {
            try await fixture.run(
                """
                FOR $i IN $start..$end {
                  LET $key = "o/r" + <string> (10000 + $i);
                  CREATE type::record('repo', $key) SET full_name = $key, embedding_fingerprint = $fingerprint RETURN NONE;
                  CREATE type::record('repo_name', [$key]) RETURN NONE;
                  CREATE type::record('repo_identity', [$i]) SET expires_at = time::now() - 1h RETURN NONE;
                  CREATE type::record('idempotency_record', [$i]) SET expires_at = time::now() - 1h RETURN NONE;
                  CREATE embedding_change:ulid() RETURN NONE;
                  CREATE type::record('embedding_job', [$key]) SET status = "leased", due_at = d"2200-01-01T00:00:00Z"
                    RETURN NONE;
                };
                """,
                [
                    "start": SurrealValue(start), "end": SurrealValue(start + 250), "embedding_completion": true,
                    "fingerprint": .string(model.fingerprint),
                ]
            )
        }
        return fixture
    }

    private static let variables: [String: SurrealValue] = [
        "limit": SurrealValue(limit), "after": "o/r10100", "until": "z", "start": "o/", "end": "o0",
        "first": .array(["o/"]), "last": .array(["o0"]), "retention": .duration(.zero),
        "since": .datetime(seconds: 0, nanoseconds: 0), "now": .datetime(seconds: 1 << 33, nanoseconds: 0),
        "fingerprint": "g", "lease": .duration(.zero), "delay": .duration(.zero),
    ]

    @Test func `a page is all that is read`() async throws {
        let fixture = try await filled()
        let sources = [
            Paging.page(of: "repo", after: true), Paging.page(of: "repo", after: false),
            Paging.range("$start..$end", of: "repo"), Paging.range("$first..$last", of: "repo_name"),
            Paging.range("..rand::ulid(time::now() - $retention)", of: "embedding_change"),
        ]
        for source in sources {
            let read = try await Self.rowsRead(fixture, "SELECT * FROM \(source)", Self.variables)
            #expect(read == Self.limit, "\(source)")
        }
        // The form that would not do, so that this is seen to tell.
        guard try await fixture.database.dialect().generation > 2 else { return }
        #expect(try await Self.rowsRead(fixture, "SELECT * FROM repo:`o/r10100`>.. LIMIT 10", [:]) > Self.batch)
    }

    @Test func `what has a limit reads no more than a batch`() async throws {
        let fixture = try await filled()
        let statements = try Self.limitedReads()
        #expect(statements.count >= 9)
        for statement in statements {
            var variables = Self.variables
            if statement.contains("id > $after") {
                variables["after"] = .recordID(SurrealRecordID(table: "embedding_job", key: .array(["o/r10100"])))
            }
            let read = try await Self.rowsRead(fixture, statement, variables)
            #expect(read <= Self.limit + Self.batch, "\(statement)")
        }
    }

    /// Reads that look at every row on purpose: exact search, and what is looked for before an index is made.
    private static let wholeReads = ["ORDER BY score", "<|", "embedding != NONE", "embedding_fingerprint != $own"]

    /// Every `SELECT … LIMIT` in the sources, what is put into it replaced by an example.
    private static func limitedReads() throws -> [String] {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Storage")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: [String] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            guard file.lastPathComponent != "Paging.swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /SELECT (?:(?!SELECT)[\s\S])*? LIMIT (?:\$limit|\d+|\\\([^)]*\))/) {
                let statement = examples.reduce(String(match.output)) { $0.replacing($1.key, with: $1.value) }
                if !wholeReads.contains(where: statement.contains) { found.append(statement) }
            }
        }
        return found
    }

    private static let examples = [
        #"\(Status.leased.literal)"#: JobTable.Status.leased.literal, #"\(never)"#: JobTable.never,
        #"\(Status.failed.literal)"#: JobTable.Status.failed.literal,
        #"\(Status.excluded.literal)"#: JobTable.Status.excluded.literal, #"\(table.name)"#: "repo",
        #"\(Self.sweep)"#: "10", #"\(fields)"#: "id",
        #"\(conditions.joined(separator: " AND "))"#: "status = \"leased\" AND id > $after",
    ]

    /// How many rows the engine read for a statement.
    private static func rowsRead(
        _ fixture: Fixture,
        _ statement: String,
        _ variables: [String: SurrealValue]
    ) async throws -> Int {
        guard try await fixture.database.dialect().generation > 2 else {
            let plan = try await fixture.run("\(statement) EXPLAIN FULL", variables).array ?? []
            let stops = plan.contains { $0["operation"].string == "StartLimitStrategy" }
            #expect(stops, "\(statement)")
            return try #require(plan.last?["detail"]["count"].int)
        }
        let plan = try #require(try await fixture.run("EXPLAIN ANALYZE \(statement)", variables).string)
        return try #require(plan.matches(of: /\{rows: (\d+)/).compactMap { Int($0.output.1) }.max(), "\(plan)")
    }
}
