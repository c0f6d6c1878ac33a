import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct IdempotencyTests {
    private func begin(_ fixture: Fixture, _ name: String = "n", lease: Duration = .seconds(60)) async throws
        -> IdempotencyRecord?
    {
        try await fixture.storage.idempotency.begin(name, payload: "p", lease: lease)
    }

    @Test func `name is taken once and keeps its answer`() async throws {
        let fixture = try await Fixture()
        let store = fixture.storage.idempotency
        #expect(try await begin(fixture) == nil)
        #expect(try await begin(fixture) == IdempotencyRecord(payload: "p"))
        #expect(try await begin(fixture, "other") == nil)
        try await store.finish("n", answer: "7", retention: .seconds(60))
        #expect(try await begin(fixture) == IdempotencyRecord(payload: "p", answer: "7"))
    }

    @Test func `abandoned name is free again`() async throws {
        let fixture = try await Fixture()
        #expect(try await begin(fixture) == nil)
        try await fixture.storage.idempotency.abandon("n")
        #expect(try await begin(fixture) == nil)
    }

    @Test func `name is free again when its lease or its answer has run out`() async throws {
        let fixture = try await Fixture()
        #expect(try await begin(fixture, lease: .zero) == nil)
        #expect(try await begin(fixture) == nil)
        try await fixture.storage.idempotency.finish("n", answer: "7", retention: .zero)
        #expect(try await begin(fixture) == nil)
    }

    @Test func `only one of many takes the name`() async throws {
        let fixture = try await Fixture()
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 { group.addTask { try await begin(fixture) == nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 1)
    }

    @Test func `what has run out goes`() async throws {
        let fixture = try await Fixture()
        for number in 0..<8 { _ = try await begin(fixture, "n\(number)", lease: .zero) }
        _ = try await begin(fixture, "last")
        #expect(try await fixture.run("SELECT VALUE id FROM idempotency_record").array?.count == 1)
    }
}
