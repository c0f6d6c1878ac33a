import DateTime
import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// Listings are cut into pages that hold every row that passes, once each.
@Suite struct RepoListingTests {
    /// Rows of embed-star's ids and of others', some embedded, some private.
    private static func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        let updates = (0..<40).map { number in
            var update = update(
                "a\(number % 3)/r\(number)",
                language: number.isMultiple(of: 2) ? "Swift" : "Go",
                stars: number,
                isPrivate: number.isMultiple(of: 5),
                updatedAt: number.isMultiple(of: 4) ? "2026-0\(number % 9 + 1)-01T00:00:00Z" : nil
            )
            update.topics = number.isMultiple(of: 3) ? ["cli"] : []
            update.isArchived = number.isMultiple(of: 7)
            return update
        }
        _ = try await fixture.storage.repos.upsert(updates)
        try await fixture.run(
            """
            CREATE repo:7 SET full_name = "n/seven", updated_at = "2026-05-05T00:00:00+02:00", stars = 3;
            CREATE repo:[1, "x"] SET full_name = "n/list", updated_at = "not a time";
            CREATE repo:nameless SET stars = 1;
            """
        )
        let jobs = try await fixture.claim("some")
        let chosen = jobs.filter { $0.document.label.hasPrefix("a1/") }
        try await fixture.complete(chosen, "some") { _ in .embedded(try vector(1)) }
        return fixture
    }

    private static func all(
        _ store: any RepoStore,
        _ listing: RepoListing,
        limit: Int
    ) async throws -> [StoredRepo] {
        var (found, cursor): ([StoredRepo], String?) = ([], nil)
        repeat {
            let page = try await store.page(of: listing, after: cursor, limit: limit)
            #expect(page.repos.count <= limit)
            found += page.repos
            cursor = page.next
        } while cursor != nil
        return found
    }

    private static let filters: [SearchFilter] =
        [
            SearchFilter(), SearchFilter([.language("swift")]), SearchFilter([.topic("cli"), .hasStars(5)]),
            SearchFilter([.owner("A1")]), SearchFilter([.owner("n")]), SearchFilter([.isFlag(.isArchived, true)]),
            SearchFilter([.isFlag(.isPrivate, true)]), SearchFilter([.owner("nobody")]),
        ]
        + ["2026-05-04T22:00:00Z", "2026-05-04T22:00:01Z"].compactMap { time in
            Timestamp(time).map { SearchFilter([.isUpdated(since: $0)]) }
        }

    @Test(arguments: [1, 7, 41, 1000])
    func `pages hold every row that passes once`(limit: Int) async throws {
        let fixture = try await Self.filled()
        let store = fixture.storage.repos
        let everything = try await Self.all(store, RepoListing(), limit: 1000)
        #expect(everything.count == 42)
        for filter in Self.filters {
            for (sees, isEmbedded) in [(true, nil), (false, nil), (true, true), (false, false)] as [(Bool, Bool?)] {
                var listing = RepoListing(filter: filter, isEmbedded: isEmbedded)
                listing.filter.includesPrivate = true
                let found = try await Self.all(sees ? store : store.publicOnly, listing, limit: limit)
                listing.filter.includesPrivate = sees
                let expected = everything.filter { stored in
                    listing.filter.admits(stored.repo)
                        && isEmbedded.map { $0 == (stored.state == .embedded) } ?? true
                }
                #expect(found.map(\.repo) == expected.map(\.repo), "\(listing)")
            }
        }
    }

    @Test func `rows have what is stored`() async throws {
        let fixture = try await Self.filled()
        let found = try await Self.all(fixture.storage.repos, RepoListing(isEmbedded: true), limit: 100)
        let one = try #require(found.first { $0.repo.fullName == "a1/r28" })
        #expect(one == (try await fixture.storage.repos.repo(named: "a1/r28")))
        #expect(one.state == .embedded && one.repo.isArchived)
        #expect(one.repo.updatedAt == Timestamp("2026-02-01T00:00:00Z"))
    }

    @Test func `cursor is good for its listing alone`() async throws {
        let fixture = try await Self.filled()
        let store = fixture.storage.repos
        let next = try #require(try await store.page(of: RepoListing(), after: nil, limit: 3).next)
        let other = RepoListing(filter: SearchFilter([.language("go")], includesPrivate: true))
        let made = [
            (next, other), ("", RepoListing()), ("zz", RepoListing()), (String(next.dropLast(2)), RepoListing()),
            (next + "00", RepoListing()), (String(repeating: "0", count: 40), RepoListing()),
        ]
        for (cursor, listing) in made {
            await #expect(throws: StoreError(.invalidArgument, "")) {
                try await store.page(of: listing, after: cursor, limit: 3)
            }
        }
        await #expect(throws: StoreError(.invalidArgument, "")) {
            try await store.publicOnly.page(of: RepoListing(), after: next, limit: 3)
        }
    }

    /// The seal keeps no secret: whoever can compute it can make a cursor.
    @Test(arguments: ["none", "null", "number", "flag", "time", "bytes", "nested", "table", "nothing"])
    func `forged cursor is refused`(kind: String) async throws {
        let keys: [String: SurrealValue] = [
            "none": .none, "null": .null, "number": .float(1.5), "flag": .bool(true), "bytes": .bytes([1]),
            "time": .datetime(seconds: 0, nanoseconds: 0), "nested": .recordID(SurrealRecordID(table: "repo", key: 1)),
        ]
        let id = SurrealRecordID(table: kind == "table" ? "embed_star" : "repo", key: keys[kind] ?? "schema")
        let place = kind == "nothing" ? [] : id.encoded
        let fixture = try await Self.filled()
        let question = "repos \(RepoListing().filter.conditions) "
        await #expect(throws: StoreError(.invalidArgument, "")) {
            let cursor = PageCursor.text(place, of: question)
            return try await fixture.storage.repos.page(of: RepoListing(), after: cursor, limit: 3)
        }
        await #expect(throws: StoreError(.invalidArgument, "")) {
            let cursor = PageCursor.text(place, of: "failures")
            return try await fixture.storage.deadLetters.page(limit: 3, cursor: cursor, includesPrivate: true)
        }
    }

    @Test func `change of what is only listed reaches followers and makes nothing due`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.storage.repos.upsert([update("a/b", stars: 1)])
        try await fixture.drain()
        let log = "SELECT VALUE kind FROM embedding_change"
        let before = (try await fixture.run(log).array ?? []).count
        var change = update("a/b", updatedAt: "2026-01-01T00:00:00Z")
        change.isArchived = true
        _ = try await fixture.storage.repos.upsert([change])
        #expect((try await fixture.run(log).array ?? []).count == before + 1)
        #expect(try await fixture.claim("none").isEmpty)
        #expect(try await fixture.storage.repos.repo(named: "a/b")?.state == .embedded)
    }
}
