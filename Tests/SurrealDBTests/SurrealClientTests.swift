import HTTPClient
import Logging
import Synchronization
import Telemetry
import Testing

@testable import SurrealDB

@Suite struct SurrealClientTests {
    let metrics = MetricsRegistry()

    func client(_ server: FakeServer, _ change: (inout SurrealConfiguration) -> Void = { _ in }) -> SurrealClient {
        var configuration = SurrealConfiguration(url: "ws://db.test:8000/rpc", user: "ada", password: "sesame")
        change(&configuration)
        return SurrealClient(
            configuration: configuration,
            transport: server,
            metrics: metrics,
            logger: Logger(label: "test")
        )
    }

    @Test func `a query gives one result a statement`() async throws {
        let server = FakeServer.signedIn { _ in .statements(("OK", 1), ("OK", ["a", "b"]), ("OK", .none)) }
        let results = try await client(server).query("RETURN 1; RETURN $x; LET $y = 1", ["x": ["a", "b"]])
        #expect(results == [1, ["a", "b"], .none])
        let request = try #require(server.requests.last)
        #expect(request.url == "http://db.test:8000/rpc")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(headers["Content-Type"] == "application/cbor")
        #expect(headers["Accept"] == "application/cbor")
        #expect(headers["surreal-ns"] == "gitstars")
        #expect(headers["surreal-db"] == "stars")
        #expect(headers["Authorization"] == "Bearer 1")
        let envelope = try CBORDecoder.decode(request.body)
        #expect(envelope["method"] == "query")
        #expect(envelope["params"] == ["RETURN 1; RETURN $x; LET $y = 1", ["x": ["a", "b"]]])
    }

    static let urls = [
        ("ws://localhost:8000", "http://localhost:8000"), ("wss://db.example/rpc", "https://db.example"),
        ("HTTP://h/", "http://h"), ("https://h:1/base/rpc/", "https://h:1/base"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("localhost:8000", nil), ("ftp://h", nil), ("ws://", nil), ("ws:///rpc", nil), ("ws://u:p@h", nil),
        ("http://h?x", nil),
    ]

    @Test(arguments: urls) func `a URL names the server`(url: String, expected: String?) {
        #expect(SurrealConfiguration(url: url).httpURL == expected)
    }

    static let levels: [(SurrealConfiguration.AuthLevel, SurrealValue)] = [
        (.root, ["user": "ada", "pass": "sesame"]),
        (.namespace, ["user": "ada", "pass": "sesame", "ns": "gitstars"]),
        (.database, ["user": "ada", "pass": "sesame", "ns": "gitstars", "db": "stars"]),
    ]

    @Test(arguments: levels) func `the user signs in where it is defined`(
        level: SurrealConfiguration.AuthLevel,
        credentials: SurrealValue
    ) async throws {
        let server = FakeServer.signedIn { _ in .statements() }
        _ = try await client(server) { $0.authLevel = level }.query("")
        let request = try #require(server.requests.first)
        #expect(try CBORDecoder.decode(request.body)["params"] == [credentials])
    }

    @Test func `a token is asked for once and kept`() async throws {
        let server = FakeServer.signedIn { _ in .statements(("OK", 1)) }
        let client = client(server)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try? await client.query("RETURN 1") } }
        }
        #expect(server.requests.count == 21)
    }

    @Test func `a refused token is replaced and the query repeated`() async throws {
        let server = FakeServer.signedIn { request in
            let isOld = request.headers.contains { $0.value == "Bearer 1" }
            return isOld ? HTTPClientResponse(status: 401) : .statements(("OK", 1))
        }
        let client = client(server)
        #expect(try await client.query("RETURN 1") == [1])
        #expect(try await client.query("RETURN 1") == [1])
        #expect(server.requests.count == 5)
    }

    @Test func `credentials that stay refused are an error without them`() async throws {
        let server = FakeServer { _, _ in
            .cbor(["error": ["code": -32000, "message": "There was a problem with authentication: sesame"]])
        }
        let error = await #expect(throws: SurrealError.self) { try await client(server).query("") }
        #expect(error?.code == .unauthorized)
    }

    @Test func `tokens name their end`() {
        // {"iat":1,"exp":1700000000,"iss":"SurrealDB"}
        let token = SurrealToken("e30.eyJpYXQiOjEsImV4cCI6MTcwMDAwMDAwMCwiaXNzIjoiU3VycmVhbERCIn0.c2ln")
        #expect(token.lifetime == 1_699_999_999)
        #expect(token.isFresh(after: 1_699_999_938))
        #expect(!token.isFresh(after: 1_699_999_939))
        // A clock that went back.
        #expect(token.isFresh(after: -100_000))
        #expect(SurrealToken("opaque").isFresh(after: .max))
        #expect(SurrealToken("a.b!c.d").lifetime == nil)
    }

    @Test(arguments: [5400, -5400, 400_000_000] as [Int64])
    func `a clock that is hours off the servers signs in once`(skew: Int64) async throws {
        // {"iat":1800000000,"exp":1800003600}
        let token = SurrealToken("e30.eyJpYXQiOjE4MDAwMDAwMDAsImV4cCI6MTgwMDAwMzYwMH0.c2ln")
        let signIns = Mutex(0)
        let cache = TokenCache(now: { 1_800_000_000 + skew }) {
            signIns.withLock { $0 += 1 }
            return .success(token)
        }
        for _ in 0..<3 { _ = try await cache.token() }
        #expect(signIns.withLock { $0 } == 1)
    }

    /// The ends of 64 bits, an end before all times, 1e308, no time between, and lists.
    @Test(arguments: [
        "eyJpYXQiOi05MjIzMzcyMDM2ODU0Nzc1ODA4LCJleHAiOjkyMjMzNzIwMzY4NTQ3NzU4MDd9",
        "eyJpYXQiOjEsImV4cCI6LTkyMjMzNzIwMzY4NTQ3NzU4MDh9",
        "eyJpYXQiOjFlMzA4LCJleHAiOjF9",
        "eyJpYXQiOjUsImV4cCI6NX0",
        "eyJpYXQiOltdLCJleHAiOnt9fQ",
    ])
    func `tokens with impossible times end nothing`(payload: String) {
        #expect(SurrealToken("e30.\(payload).c2ln").isFresh(after: .max))
    }

    static let statementErrors: [([String], SurrealError.Code, String)] = [
        (["Parse error"], .rejected, "Parse error"),
        (
            [
                "The query was not executed due to a failed transaction", "An error occurred: no",
                "The query was not executed due to a failed transaction",
            ], .rejected, "An error occurred: no"
        ),
        (
            [
                "An error occurred: no",
                "The query was not executed due to a failed transaction. Failed to commit transaction due to a read or write conflict. This transaction can be retried",
            ], .conflict, "The query was not"
        ),
        (
            [
                "The query was not executed due to a cancelled transaction", "The table 'repo' is of no use",
                "Cannot COMMIT: the transaction was aborted due to a prior error",
            ], .rejected, "The table"
        ),
        (["Cannot COMMIT: Transaction conflict: Transaction write conflict"], .conflict, "Cannot COMMIT"),
        (["IAM error: Not enough permissions"], .unauthorized, "IAM error"),
        (["The query was not executed because it exceeded the timeout"], .unavailable, "The query"),
    ]

    @Test(arguments: statementErrors) func `a failed statement fails the query`(
        messages: [String],
        code: SurrealError.Code,
        prefix: String
    ) async throws {
        let statements = messages.map { SurrealValue.object(["status": "ERR", "result": .string($0)]) }
        let server = FakeServer.signedIn { _ in
            .cbor(["result": .array([["status": "OK", "result": 1]] + statements)])
        }
        let error = await #expect(throws: SurrealError.self) { try await client(server).query("") }
        #expect(error?.code == code)
        #expect(error?.message.hasPrefix(prefix) == true)
    }

    static let badAnswers: [(HTTPClientResponse, SurrealError.Code)] = [
        (HTTPClientResponse(status: 200), .badResponse),
        (HTTPClientResponse(status: 200, body: Array("<html>".utf8)), .badResponse),
        (.cbor([]), .badResponse), (.cbor(["result": "x"]), .badResponse), (.cbor(["result": [1]]), .badResponse),
        (.cbor(["error": ["code": -32000, "message": "Parse error"]]), .rejected),
        (.cbor(["error": ["code": -32000, "message": "Parse error"]], status: 400), .rejected),
        (HTTPClientResponse(status: 413), .rejected), (HTTPClientResponse(status: 415), .rejected),
        (HTTPClientResponse(status: 500), .unavailable), (HTTPClientResponse(status: 503), .unavailable),
        (HTTPClientResponse(status: 401), .unauthorized),
    ]

    @Test(arguments: badAnswers) func `a bad answer is an error`(response: HTTPClientResponse, code: SurrealError.Code)
        async
    {
        let server = FakeServer.signedIn { _ in response }
        await #expect(throws: SurrealError(code, "")) { try await client(server).query("") }
        #expect(metrics.counters("db_requests_total", "", labels: ["outcome"]).labeled(code.rawValue).value == 1)
    }

    @Test(arguments: [(0, SurrealError.Code.conflict), (1, .conflict), (2, nil)])
    func `conflicts are repeated as often as asked`(retries: Int, code: SurrealError.Code?) async {
        let attempts = Mutex(0)
        let server = FakeServer.signedIn { _ in
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            return attempt > 2 ? .statements(("OK", 1)) : .statements(("ERR", "This transaction can be retried"))
        }
        do throws(SurrealError) {
            _ = try await client(server).query("", conflictRetries: retries)
            #expect(code == nil)
        } catch {
            #expect(error.code == code)
        }
        #expect(attempts.withLock { $0 } == retries + 1)
    }

    @Test func `requests past the pool wait and those who wait too long fail`() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let server = FakeServer.signedIn { _ in
            start.yield()
            for await _ in released { break }
            return .statements(("OK", 1))
        }
        let client = client(server) { configuration in
            configuration.poolSize = 1
            configuration.maxWaitingRequests = 1
            configuration.waitTimeout = .milliseconds(1)
        }
        let holder = Task { try await client.query("") }
        for await _ in started { break }
        #expect(metrics.gauges("db_connections", "", labels: ["state"]).labeled("active").value == 1)
        await #expect(throws: SurrealError(.unavailable, "")) { try await client.query("") }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.query("")
        }
        await #expect(throws: SurrealError(.cancelled, "")) { try await cancelled.value }
        release.finish()
        #expect(try await holder.value == [1])
        #expect(try await client.query("") == [1])
        #expect(metrics.gauges("db_connections", "", labels: ["state"]).labeled("active").value == 0)
    }

    @Test func `the version needs no sign in`() async throws {
        let server = FakeServer(version: nil) { _, _ in
            HTTPClientResponse(status: 200, body: Array("surrealdb-2.3.10".utf8))
        }
        #expect(try await client(server).version() == "surrealdb-2.3.10")
        #expect(server.requests.map(\.method) == ["GET"])
    }

    @Test func `a database that is gone is unavailable`() async throws {
        let server = FakeServer(version: nil) { (_, _) throws(HTTPClientError) in
            throw HTTPClientError(.connect, "refused")
        }
        await #expect(throws: SurrealError(.unavailable, "")) { try await client(server).query("") }
        await #expect(throws: SurrealError(.unavailable, "")) { try await client(server).version() }
    }
}
