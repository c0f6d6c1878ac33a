import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// Who a repo is, in the database; `UpsertPlanTests` has the orders of events.
@Suite struct IdentityTests {
    private func known(_ name: String, _ id: Int, _ time: Int) -> RepoUpdate {
        RepoEvent(id: id, name: name, time: time).update
    }

    private func names(_ fixture: Fixture) async throws -> Set<String> {
        let rows = try await fixture.run("SELECT VALUE full_name FROM repo").array ?? []
        return Set(rows.compactMap(\.string))
    }

    @Test func `import after a missed rename moves the row`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([known("qa/old", 700, 1)])
        try await fixture.drain()
        #expect(try await repos.upsert([known("qa/new", 700, 2)]) == UpsertCounts(changed: 1))
        #expect(try await names(fixture) == ["qa/new"])
        #expect(try await repos.repo(named: "qa/new")?.repo.owner == "qa")
        #expect(try await repos.repo(named: "qa/old") == nil)
        #expect(try await repos.upsert([known("qa/old", 700, 1)]) == UpsertCounts(unchanged: 1))
        #expect(try await names(fixture) == ["qa/new"])
    }

    @Test func `late deletion leaves the repo that took the name`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([known("a/x", 1, 1)])
        _ = try await repos.upsert([known("a/x", 2, 5)])
        #expect(try await repos.forget([known("a/x", 1, 3)]) == 0)
        #expect(try await fixture.run("SELECT VALUE github_id FROM repo") == [2])
    }

    @Test func `late event brings no deleted repo back`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([known("a/x", 1, 1)])
        #expect(try await repos.forget([known("a/x", 1, 3)]) == 1)
        #expect(try await repos.upsert([known("a/x", 1, 2)]) == UpsertCounts(unchanged: 1))
        #expect(try await names(fixture).isEmpty)
        #expect(try await repos.upsert([known("a/x", 1, 4)]) == UpsertCounts(created: 1))
        #expect(try await names(fixture) == ["a/x"])
    }

    @Test func `repo that is deleted by hand may come back`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([known("a/x", 1, 1)])
        #expect(try await repos.delete(named: "a/x"))
        #expect(try await repos.upsert([known("a/x", 1, 1)]) == UpsertCounts(created: 1))
    }

    @Test func `rows of other programs are known by their numbers too`() async throws {
        let fixture = try await Fixture(migrated: false)
        try await fixture.run("CREATE repo:1 SET full_name = 'a/before', github_id = 1, mine = 1")
        try await fixture.storage.migrate()
        try await fixture.run("CREATE repo:2 SET full_name = 'a/after', github_id = 2")
        let repos = fixture.storage.repos
        #expect(try await repos.upsert([known("b/one", 1, 1), known("b/two", 2, 1)]) == UpsertCounts(changed: 2))
        #expect(try await names(fixture) == ["b/one", "b/two"])
        #expect(try await fixture.run("SELECT VALUE mine FROM repo:1") == [1])
        #expect(try await repos.repo(named: "b/two") != nil)
    }

    @Test func `organization takes its repos along`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([known("Old/x", 1, 1), update("old/y"), update("older/z")])
        try await fixture.run("CREATE repo:5 SET full_name = 'OLD/other'")
        #expect(try await repos.rename(owner: "old", to: "New") == 3)
        #expect(try await names(fixture) == ["New/x", "New/y", "New/other", "older/z"])
        #expect(try await repos.repo(named: "new/y")?.repo.owner == "New")
        #expect(try await repos.rename(owner: "old", to: "New") == 0)
    }

    @Test func `late news of an organization's new name removes no repo`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        // The first has moved already, and its old name is another's now.
        _ = try await repos.upsert([known("new/x", 1, 2), known("old/x", 2, 3), known("new/y", 3, 2), update("old/y")])
        #expect(try await repos.rename(owner: "old", to: "new") == 1)
        #expect(try await names(fixture) == ["new/x", "old/x", "new/y"])
        let rows = try await fixture.run("SELECT VALUE github_id FROM repo WHERE full_name = 'new/x'")
        #expect(rows == [1])
    }

    @Test func `numbers without a row are forgotten in time`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.forget([known("a/x", 1, 3)])
        try await fixture.run("UPDATE repo_identity SET expires_at = time::now() - 1s")
        try await fixture.storage.jobs.tidy(leasedBeyond: .seconds(60), waitingBeyond: .seconds(60))
        #expect(try await fixture.run("SELECT * FROM repo_identity") == [])
    }
}
