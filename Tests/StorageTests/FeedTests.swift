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

    @Test func `pages give every row once with vectors of the model only`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert((0..<7).map { update("a/r\($0)") })
        try await fixture.run("CREATE repo:1 SET full_name = 'n/number'; CREATE repo:2 SET stars = 1")
        try await fixture.drain()
        var rows: [FeedRow] = []
        while true {
            let page = try await fixture.storage.feed.page(
                after: rows.last?.id,
                limit: 4,
                vectorsOf: model
            )
            if page.isEmpty { break }
            rows += page
        }
        #expect(Set(names(rows)) == Set((0..<7).map { "a/r\($0)" } + ["n/number", ""]))
        #expect(rows.count == 9)
        #expect(rows.allSatisfy { $0.vector == [1, 0, 0, 0] || $0.repo.fullName.isEmpty })
        let other = try await fixture.storage.feed.page(after: nil, limit: 9, vectorsOf: otherModel)
        #expect(other.allSatisfy { $0.vector == nil })
        let without = try await fixture.storage.feed.page(after: nil, limit: 9, vectorsOf: nil)
        #expect(without.allSatisfy { $0.vector == nil })
    }

    @Test func `changes are what happened since the position`() async throws {
        let fixture = try await Fixture()
        let feed = fixture.feed()
        _ = try await fixture.storage.repos.upsert([update("a/before"), update("a/gone")])
        var position = try await feed.changes(since: nil, limit: 100, vectorsOf: model).position
        var known: [DocumentID: String] = [:]
        for row in try await feed.page(after: nil, limit: 10, vectorsOf: nil) {
            known[row.id] = row.repo.fullName
        }
        func next(_ limit: Int = 100) async throws -> Set<String> {
            let answer = try await feed.changes(since: position, limit: limit, vectorsOf: model)
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

    @Test func `position in a quiet database keeps up`() async throws {
        let fixture = try await Fixture()
        let feed = fixture.feed()
        let hour = try await fixture.run("RETURN rand::ulid(time::now() - 40m)").string ?? ""
        let epoch = try await fixture.run("SELECT VALUE epoch FROM [embed_star:schema]")[0].string ?? ""
        let old = FeedPosition(encoded: Array("\(hour) \(epoch)".utf8))
        let answer = try await feed.changes(since: old, limit: 1, vectorsOf: nil)
        #expect(answer.changes.isEmpty)
        #expect(answer.position != old)
        let again = try await feed.changes(since: answer.position, limit: 1, vectorsOf: nil)
        #expect(again.position == answer.position)
    }

    @Test func `position older than the log is refused`() async throws {
        let fixture = try await Fixture()
        let old = FeedPosition(encoded: Array("01AAAAAAAAAAAAAAAAAAAAAAAA".utf8))
        await #expect(throws: StoreError(.rejected, "")) {
            try await fixture.storage.feed.changes(since: old, limit: 1, vectorsOf: nil)
        }
    }
}
