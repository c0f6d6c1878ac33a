import HTTPClient
import Logging
import Synchronization
import Telemetry
import Testing

@testable import SurrealDB

@Suite struct DialectTests {
    private func client(_ server: FakeServer) -> SurrealClient {
        SurrealClient(
            configuration: SurrealConfiguration(),
            transport: server,
            metrics: MetricsRegistry(),
            logger: Logger(label: "test")
        )
    }

    static let releases = [
        ("surrealdb-2.3.0", 2), ("surrealdb-2.3.10", 2), ("surrealdb-2.6.4", 2), ("surrealdb-3.1.0", 3),
        ("surrealdb-3.2.4", 3), ("3.3.0-beta.1+20260801.abcdef", 3), ("surrealdb-4.0.0", 3),
    ]

    @Test(arguments: releases) func `a release speaks its generations dialect`(server: String, generation: Int) throws {
        #expect(try EngineDialect.of(server).generation == generation)
    }

    static let refused = [
        ("surrealdb-3.0.0", "GHSA-4vgr-h27g-cf9p"), ("surrealdb-3.0.5", "GHSA-4vgr-h27g-cf9p"),
        ("surrealdb-2.2.9", "2.2.9"), ("surrealdb-1.5.4", "1.5.4"), ("nginx", "nginx"), ("", "not a release"),
    ]

    @Test(arguments: refused) func `other releases are refused with the reason`(server: String, words: String) async {
        let server = FakeServer.signedIn(version: server) { _ in .statements(("OK", 1)) }
        let error = await #expect(throws: SurrealError.self) { try await client(server).query("RETURN 1") }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(words) == true)
        #expect(server.requests.isEmpty)
    }

    @Test func `statements are spelled for the server and again after it was away`() async throws {
        let version = Mutex<String?>("surrealdb-2.3.10")
        let server = FakeServer(version: nil) { (request, method) throws(HTTPClientError) in
            guard let version = version.withLock({ $0 }) else { throw HTTPClientError(.connect, "refused") }
            if request.url.hasSuffix("/version") { return HTTPClientResponse(status: 200, body: Array(version.utf8)) }
            return method == "signin" ? .cbor(["result": "1"]) : .statements(("OK", 1))
        }
        func spelled() throws -> SurrealValue {
            try CBORDecoder.decode(try #require(server.requests.last).body)["params"][0]
        }
        let client = client(server)
        let sql = "SELECT * FROM type::record('repo', $after>..)"
        _ = try await client.query(sql)
        #expect(try spelled() == "SELECT * FROM type::thing('repo', $after>..)")
        version.withLock { $0 = nil }
        await #expect(throws: SurrealError(.unavailable, "")) { try await client.query(sql) }
        version.withLock { $0 = "surrealdb-3.2.4" }
        _ = try await client.query(sql)
        #expect(try spelled() == .string(sql))
    }

    @Test func `faults are known by their words then by their kind`() {
        #expect(EngineFault("Database record `repo:1` already exists") == .alreadyExists)
        #expect(EngineFault("Incorrect vector dimension (3). Expected a vector of 8 dimension.") == .wrongDimension)
        #expect(EngineFault("An error occurred: x", kind: "Thrown") == .other)
        #expect(EngineFault("?", kind: "Query", details: "TransactionConflict") == .conflict)
        #expect(EngineFault("The namespace 'n' does not exist", kind: "NotFound", details: "Namespace") == .noNamespace)
        #expect(EngineFault("The table 't' does not exist", kind: "NotFound", details: "Table") == .other)
    }
}
