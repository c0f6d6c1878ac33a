import DateTime
import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

@Suite struct RepoStoreTests {
    @Test func `upsert creates changes and leaves alone`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        var full = update("Apple/Swift", description: "A language", language: "C++", stars: 5)
        full.updatedAt = "2026-01-02T03:04:05Z"
        full.githubID = 44_838_949
        full.topics = ["compiler"]
        full.url = "https://github.com/apple/swift"
        #expect(try await repos.upsert([full, update("a/b")]) == UpsertCounts(created: 2))
        #expect(try await repos.upsert([full, update("a/b")]) == UpsertCounts(unchanged: 2))
        full.stars = 6
        #expect(try await repos.upsert([full, update("a/b")]) == UpsertCounts(changed: 1, unchanged: 1))
        let stored = try #require(try await repos.repo(named: "apple/swift"))
        #expect(stored.repo.stars == 6)
        #expect(stored.repo.owner == "Apple")
        #expect(stored.repo.topics == ["compiler"])
        #expect(stored.repo.updatedAt?.text == "2026-01-02T03:04:05Z")
        let row = try await fixture.run("SELECT * FROM repo:⟨apple/swift⟩")[0]
        #expect(row["owner"]["login"].string == "Apple")
        #expect(row["name"].string == "Swift")
        #expect(row["github_id"].int == 44_838_949)
    }

    @Test func `a private row is not there for those who may not see it`() async throws {
        let fixture = try await Fixture()
        let (all, visible) = (fixture.storage.repos, fixture.storage.repos.publicOnly)
        _ = try await all.upsert([update("a/secret", stars: 1, isPrivate: true), update("a/open", stars: 1)])
        try await fixture.drain()
        let opened = update("A/Secret", stars: 2, isPrivate: false)
        #expect(try await visible.upsert([opened, update("a/open", stars: 2)]) == UpsertCounts(created: 1, changed: 1))
        #expect(try await visible.repo(named: "a/secret") == nil)
        #expect(try await visible.delete(named: "a/secret") == false)
        #expect(try await visible.reprocess(named: "a/secret", force: true) == false)
        #expect(try await visible.reprocess(ReprocessScope(.all, force: true), model: model) == 1)
        let stored = try #require(try await all.repo(named: "a/secret"))
        #expect(stored.repo.isPrivate && stored.repo.stars == 1)
        #expect(stored.state == .embedded)
        #expect(try await all.upsert([opened]) == UpsertCounts(changed: 1))
        #expect(try await visible.repo(named: "a/secret")?.repo.stars == 2)
    }

    @Test func `closing a row waits for no clock and opening it does`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        func isPrivate() async throws -> Bool? { try await repos.repo(named: "a/b")?.repo.isPrivate }
        let (early, ahead) = ("2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
        _ = try await repos.upsert([update("a/b", stars: 1, isPrivate: false, updatedAt: ahead)])
        let closing = update("a/b", stars: 9, isPrivate: true, updatedAt: early)
        #expect(try await repos.upsert([closing]) == UpsertCounts(changed: 1))
        #expect(try await isPrivate() == true)
        #expect(try await repos.repo(named: "a/b")?.repo.stars == 1)
        _ = try await repos.upsert([update("a/b", isPrivate: false, updatedAt: early)])
        #expect(try await isPrivate() == true)
        _ = try await repos.upsert([update("a/b", isPrivate: false, updatedAt: ahead)])
        #expect(try await isPrivate() == false)
    }

    @Test func `absent field keeps and nil clears`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/b", description: "text", language: "Go")])
        let counts = try await fixture.storage.repos.upsert([update("a/b", description: .some(nil))])
        #expect(counts == UpsertCounts(changed: 1))
        let repo = try #require(try await fixture.storage.repos.repo(named: "a/b")?.repo)
        #expect(repo.description == nil)
        #expect(repo.language == "Go")
    }

    @Test func `unchanged row is not written`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/b", stars: 1)])
        try await fixture.drain()
        let log = try await fixture.run("SELECT * FROM embedding_change")
        _ = try await fixture.storage.repos.upsert([update("A/B", stars: 1)])
        #expect(try await fixture.claim("t").isEmpty)
        #expect(try await fixture.run("SELECT * FROM embedding_change") == log)
    }

    @Test func `spellings of one name are one repo and the newer stands`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        let new = update("microsoft/TypeScript", stars: 110, updatedAt: "2026-08-21T21:39:39Z")
        let old = update("Microsoft/TypeScript", stars: 48, updatedAt: "2019-05-03T03:28:48Z")
        #expect(try await repos.upsert([new, old]) == UpsertCounts(created: 1, unchanged: 1))
        #expect(try await repos.upsert([old, new]) == UpsertCounts(unchanged: 2))
        let other = try await Fixture()
        #expect(try await other.storage.repos.upsert([old, new]) == UpsertCounts(created: 1, changed: 1))
        for fixture in [fixture, other] {
            let stored = try #require(try await fixture.storage.repos.repo(named: "MICROSOFT/TYPESCRIPT"))
            #expect(stored.repo.fullName == "microsoft/TypeScript")
            #expect(stored.repo.stars == 110)
            #expect(try await fixture.run("SELECT count() FROM repo GROUP ALL")[0]["count"].int == 1)
        }
    }

    @Test(arguments: [
        "repo:5", "repo:⟨5⟩", "repo:random", "repo:[1, 'x']", "repo:⟨0189f7f4-0000-7000-8000-000000000000⟩",
    ])
    func `rows of any id are found and changed`(_ id: String) async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            "CREATE \(id) SET full_name = 'Foo/Bar', owner = { login: 'Foo', avatar_url: 'x' }, mine = 1"
        )
        let repos = fixture.storage.repos
        #expect(try await repos.upsert([update("foo/bar", stars: 3)]) == UpsertCounts(changed: 1))
        let row = try await fixture.run("SELECT * FROM repo")
        #expect(row.array?.count == 1)
        #expect(row[0]["mine"].int == 1)
        #expect(row[0]["owner"]["avatar_url"].string == "x")
        #expect(try await repos.repo(named: "FOO/bar")?.repo.stars == 3)
        #expect(try await repos.delete(named: "foo/BAR"))
        #expect(try await repos.repo(named: "Foo/Bar") == nil)
        #expect(try await repos.delete(named: "foo/BAR") == false)
    }

    /// Names are checked by who takes them in; the store has to bear any.
    @Test(arguments: [
        "a/b'; REMOVE TABLE repo; --", "a/`⟩\"\\'", "a/$id{}", "a/日本語😀", "a/⟨b⟩", "\r\n/;", "repo:1/x",
    ])
    func `hostile text is only text`(_ text: String) async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        var hostile = update(text, description: text, language: text)
        hostile.owner = text
        hostile.topics = [text]
        #expect(try await repos.upsert([hostile, update("good/repo")]) == UpsertCounts(created: 2))
        #expect(try await repos.upsert([hostile]) == UpsertCounts(unchanged: 1))
        let stored = try #require(try await repos.repo(named: text))
        #expect(stored.repo.fullName == text)
        #expect(stored.repo.description == text)
        try await fixture.drain()
        let filter = SearchFilter(
            [.language(text), .owner(text), .anotherOwner(than: "'; --")],
            excludeNames: ["x' OR true"]
        )
        let hits = try await fixture.storage.search.nearest(to: vector(1), model: model, filter: filter, limit: 5)
        #expect(hits.hits.map(\.repo.fullName) == [text])
        #expect(try await repos.reprocess(ReprocessScope(.all, owner: text, language: text), model: model) == 1)
        var moved = update(text + "2")
        moved.formerName = text
        #expect(try await repos.upsert([moved]) == UpsertCounts(changed: 1))
        #expect(try await repos.delete(named: text + "2"))
        #expect(try await repos.repo(named: "good/repo") != nil)
    }

    @Test func `batch that is larger than a request may be is cut`() async throws {
        let fixture = try await Fixture()
        let text = String(repeating: "x", count: 64 << 10)
        let updates = (0..<100).map { update("a/r\($0)", description: text) }
        #expect(try await fixture.storage.repos.upsert(updates) == UpsertCounts(created: 100))
        let long = EmbeddingModel(provider: "builtin", name: "long", dimensions: 8192)
        try await fixture.drain(model: long) { _ in try vector(1, dimensions: 8192) }
        #expect(try await fixture.claim("t").isEmpty)
    }

    @Test func `null in a text is taken out`() async throws {
        let fixture = try await Fixture()
        let null = "b\u{0}c"
        _ = try await fixture.storage.repos.upsert([update("a/b", description: null, language: null)])
        #expect(try await fixture.storage.repos.repo(named: "a/b")?.repo.description == "bc")
        #expect(try await fixture.claim("t").first?.document.text.contains("Language: bc\n") == true)
        let filter = SearchFilter([.language(null), .owner(null)], excludeNames: [null])
        let hits = try await fixture.storage.search.nearest(to: vector(1), model: model, filter: filter, limit: 5)
        #expect(hits.hits.isEmpty)
    }

    /// For rows whose number is not known, the former name tells which moves.
    @Test func `rename keeps the row and displaces the new names own`() async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        var old = update("apple/swift", stars: 9)
        old.url = "https://github.com/apple/swift"
        _ = try await repos.upsert([old, update("swiftlang/swift", stars: 1)])
        var renamed = update("swiftlang/swift")
        renamed.formerName = "Apple/Swift"
        #expect(try await repos.upsert([renamed]) == UpsertCounts(changed: 1))
        let moved = try #require(try await repos.repo(named: "SwiftLang/swift"))
        #expect(moved.repo.stars == 9)
        #expect(moved.repo.owner == "swiftlang")
        #expect(moved.repo.url == "https://github.com/swiftlang/swift")
        #expect(try await repos.repo(named: "apple/swift") == nil)
        #expect(try await fixture.run("SELECT count() FROM repo GROUP ALL")[0]["count"].int == 1)

        #expect(try await repos.upsert([update("apple/swift", stars: 2)]) == UpsertCounts(created: 1))
        #expect(try await repos.repo(named: "apple/swift")?.repo.stars == 2)
        #expect(try await repos.repo(named: "swiftlang/swift")?.repo.stars == 9)
    }

    @Test(arguments: [
        (ReprocessScope(.all), 4), (ReprocessScope(.missing), 2), (ReprocessScope(.stale), 1),
        (ReprocessScope(.failed), 1), (ReprocessScope(.all, owner: "B"), 2), (ReprocessScope(.all, language: "gO"), 2),
        (ReprocessScope(.missing, owner: "a"), 0),
    ])
    func `scope chooses what becomes due`(_ scope: ReprocessScope, _ count: Int) async throws {
        let fixture = try await Fixture()
        let repos = fixture.storage.repos
        _ = try await repos.upsert([update("a/current", language: "Go"), update("a/stale")])
        try await fixture.drain()
        try await fixture.run("UPDATE repo SET embedding_fingerprint = 'other' WHERE full_name = 'a/stale'")
        _ = try await repos.upsert([update("b/failed", language: "GO"), update("b/new")])
        let jobs = try await fixture.claim("t")
        try await fixture.complete(jobs.filter { $0.document.label == "b/failed" }, "t") { _ in .deadLetter(error: "e")
        }
        #expect(try await repos.reprocess(scope, model: model) == count)
    }

    @Test func `forced reprocess reaches the claim`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/b")])
        try await fixture.drain()
        #expect(try await fixture.storage.repos.reprocess(named: "A/B", force: true))
        #expect(try await fixture.storage.repos.reprocess(named: "a/b", force: false))
        #expect(try await fixture.storage.repos.reprocess(named: "no/such", force: true) == false)
        let job = try #require(try await fixture.claim("t").first)
        #expect(job.isForced)
        #expect(job.storedFingerprint == model.fingerprint)
        #expect(job.storedTextHash == job.document.textHash)
    }
}
