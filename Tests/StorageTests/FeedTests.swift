import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct FeedTests {
    private func names(_ rows: [FeedRow]) -> [String] { rows.map(\.repo.fullName) }

    private func describe(_ changes: [FeedChange], _ known: [DocumentID: String] = [:]) -> Set<String> {
        Set(
            changes.map { change in
                switch change {
                case .upsert(let row): "+\(row.repo.fullName)\(row.vector == nil ? "" : " v")"
                case .delete(let id): "-\(known[id] ?? "?")"
                }
            }
        )
    }

    @Test func pagesGiveEveryRowOnceWithVectorsOfTheModelOnly() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert((0..<7).map { update("a/r\($0)") })
        try await fixture.run("CREATE repo:1 SET full_name = 'n/number'; CREATE repo:2 SET stars = 1")
        try await fixture.drain()
        var rows: [FeedRow] = []
        while true {
            let page = try await fixture.storage.feed.page(
                after: rows.last?.id,
                limit: 4,
                model: model,
                withVectors: true
            )
            if page.isEmpty { break }
            rows += page
        }
        #expect(Set(names(rows)) == Set((0..<7).map { "a/r\($0)" } + ["n/number", ""]))
        #expect(rows.count == 9)
        #expect(rows.allSatisfy { $0.vector == [1, 0, 0, 0] || $0.repo.fullName.isEmpty })
        let other = try await fixture.storage.feed.page(after: nil, limit: 9, model: otherModel, withVectors: true)
        #expect(other.allSatisfy { $0.vector == nil })
        let without = try await fixture.storage.feed.page(after: nil, limit: 9, model: model, withVectors: false)
        #expect(without.allSatisfy { $0.vector == nil })
    }

    @Test func changesAreWhatHappenedSinceThePosition() async throws {
        let fixture = try await Fixture()
        let feed = SurrealRepoFeed(database: fixture.database, settling: .zero)
        _ = try await fixture.storage.repos.upsert([update("a/before"), update("a/gone")])
        var position = try await feed.changes(since: nil, limit: 100, model: model, withVectors: true).position
        var known: [DocumentID: String] = [:]
        for row in try await feed.page(after: nil, limit: 10, model: model, withVectors: false) {
            known[row.id] = row.repo.fullName
        }
        func next(_ limit: Int = 100) async throws -> Set<String> {
            let answer = try await feed.changes(since: position, limit: limit, model: model, withVectors: true)
            position = answer.position
            return describe(answer.changes, known)
        }
        #expect(try await next() == [])
        _ = try await fixture.storage.repos.upsert([update("a/new")])
        _ = try await fixture.storage.repos.delete(named: "a/gone")
        #expect(try await next() == ["+a/new", "-a/gone"])
        try await fixture.drain()
        #expect(try await next() == ["+a/new v", "+a/before v"])
        #expect(try await next() == [])
        try await fixture.run("UPDATE repo SET description = 'other'")
        #expect(try await next(1).count == 1)
        #expect(try await next(1).count == 1)
        #expect(try await next(1) == [])
    }

    @Test func positionInAQuietDatabaseKeepsUp() async throws {
        let fixture = try await Fixture()
        let feed = SurrealRepoFeed(database: fixture.database, settling: .zero)
        let hour = try await fixture.run("RETURN rand::ulid(time::now() - 40m)").string ?? ""
        let old = FeedPosition(encoded: Array(hour.utf8))
        let answer = try await feed.changes(since: old, limit: 1, model: model, withVectors: false)
        #expect(answer.changes.isEmpty)
        #expect(answer.position != old)
        let again = try await feed.changes(since: answer.position, limit: 1, model: model, withVectors: false)
        #expect(again.position == answer.position)
    }

    @Test func positionOlderThanTheLogIsRefused() async throws {
        let fixture = try await Fixture()
        let old = FeedPosition(encoded: Array("01AAAAAAAAAAAAAAAAAAAAAAAA".utf8))
        await #expect(throws: StoreError(.rejected, "")) {
            try await fixture.storage.feed.changes(since: old, limit: 1, model: model, withVectors: false)
        }
    }
}
