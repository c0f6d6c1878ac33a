import EmbeddingCore
import Testing

@testable import Storage

@Suite struct SmokeTests {
    @Test func wholeWay() async throws {
        let fixture = try await Fixture()
        try await fixture.storage.repos.ping()
        let counts = try await fixture.storage.repos.upsert([update("Apple/Swift", description: "language", stars: 5)])
        #expect(counts == UpsertCounts(created: 1))
        #expect(try await fixture.storage.repos.upsert([update("apple/swift", stars: 5)]) == UpsertCounts(unchanged: 1))
        #expect(try await fixture.storage.repos.repo(named: "apple/SWIFT")?.state == .pending)
        try await fixture.drain()
        let repo = try await fixture.storage.repos.repo(named: "apple/swift")
        #expect(repo?.state == .embedded)
        let hits = try await fixture.storage.search.nearest(
            to: vector(1),
            model: model,
            filter: SearchFilter(),
            limit: 3
        )
        #expect(hits.hits.count == 1)
        #expect(try await fixture.storage.search.vector(of: "apple/swift", model: model) == .embedded(vector(1)))
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 10, model: model).enqueued == 0)
        #expect(try await fixture.storage.jobs.backfill(after: nil, limit: 10, model: otherModel).enqueued == 1)
        #expect(try await fixture.storage.repos.reprocess(ReprocessScope(.all), model: model) == 1)
        let f = try await fixture.claim("a")
        try await fixture.complete(f, "a") { _ in .deadLetter(error: "no") }
        #expect(try await fixture.storage.repos.retryFailures() == 1)
        #expect(try await fixture.storage.repos.rename("apple/swift", to: "swiftlang/swift"))
        #expect(try await fixture.storage.repos.repo(named: "swiftlang/swift")?.repo.owner == "swiftlang")
        #expect(try await fixture.storage.repos.delete(named: "swiftlang/swift"))
    }
}
