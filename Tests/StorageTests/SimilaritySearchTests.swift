import DateTime
import EmbeddingCore
import Logging
import Search
import Telemetry
import Testing

@testable import Storage

/// What holds the vectors that a search compares.
enum SearchBackend: Sendable, CaseIterable, CustomTestStringConvertible {
    case databaseExact, databaseIndex, databaseNarrow, memory, memoryOnFourThreads

    var testDescription: String { "\(self)" }

    /// The search over what the database of `fixture` holds.
    func search(_ fixture: Fixture, _ model: EmbeddingModel) async throws -> any SimilaritySearch {
        switch self {
        case .databaseExact: fixture.storage.search
        case .databaseIndex: try await indexed(fixture, model)
        case .databaseNarrow:
            NarrowSearch(catalog: try await loaded(fixture, model).catalog, wide: try await indexed(fixture, model))
        case .memory: try await loaded(fixture, model).scan
        case .memoryOnFourThreads: try await loaded(fixture, model, threads: 4).scan
        }
    }

    var isThroughIndex: Bool { self == .databaseIndex || self == .databaseNarrow }

    private func indexed(_ fixture: Fixture, _ model: EmbeddingModel) async throws -> any SimilaritySearch {
        let logger = Logger(label: "tests")
        let index = VectorIndex(database: fixture.database, owner: "test", logger: logger, minimum: 1, calm: .zero)
        while index.state != .ready {
            try await index.maintain(model: model, statistics: QueueStatistics(embedded: 100, total: 100))
            try #require(index.state != .failed)
        }
        return SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
    }

    /// The memory backend as the service fills it. Its fallback is an empty database, which answers nothing.
    private func loaded(
        _ fixture: Fixture,
        _ model: EmbeddingModel,
        threads: Int = 1
    ) async throws -> (catalog: RepoCatalog, scan: VectorScan) {
        let logger = Logger(label: "tests")
        let catalog = try RepoCatalog(logger: logger)
        let scan = VectorScan(catalog: catalog, fallback: try await Fixture().storage.search, threads: threads)
        let follower = RepoFollower(
            feed: fixture.storage.feed,
            catalog: catalog,
            scan: scan,
            model: { model },
            metrics: MetricsRegistry(),
            logger: logger
        )
        let following = Task { await follower.run() }
        while !scan.isLoaded(for: model) { try await Task.sleep(for: .milliseconds(5)) }
        following.cancel()
        await following.value
        return (catalog, scan)
    }
}

/// One suite for everything that is a `SimilaritySearch`, over rows that the real engine holds.
@Suite struct SimilaritySearchTests {
    private static let model = EmbeddingModel(provider: "builtin", name: "conformance", dimensions: 16)

    private struct Row {
        var repo: Repo
        /// Nil for a repo that is not embedded yet.
        var vector: Embedding?
    }

    private static func direction(_ random: inout Seeded) throws -> Embedding {
        let values = (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
        return try Embedding(validating: values, dimensions: 16)
    }

    /// Repos that filters tell apart, at random.
    private static func rows(_ count: Int, _ random: inout Seeded) throws -> [Row] {
        try (0..<count).map { number in
            let repo = Repo(
                fullName: "\(["Ada", "bob", "Cid"].randomElement(using: &random) ?? "ada")/r\(number)",
                language: ["Swift", "rust", nil].randomElement(using: &random) ?? nil,
                stars: Int.random(in: 0..<1000, using: &random),
                topics: [[], ["cli"], ["web", "cli"], ["clip", "web"]].randomElement(using: &random) ?? [],
                isPrivate: Int.random(in: 0..<10, using: &random) == 0,
                isArchived: Int.random(in: 0..<4, using: &random) == 0,
                isFork: Bool.random(using: &random),
                updatedAt: [nil, Timestamp("2026-01-01T00:00:00Z"), Timestamp("2026-06-01T12:00:00.5Z")]
                    .randomElement(using: &random) ?? nil
            )
            let isEmbedded = Int.random(in: 0..<10, using: &random) > 0
            return Row(repo: repo, vector: isEmbedded ? try direction(&random) : nil)
        }
    }

    private static func filled(_ rows: [Row]) async throws -> Fixture {
        let fixture = try await Fixture()
        let updates = rows.map { row in
            var update = update(
                row.repo.fullName,
                language: .some(row.repo.language),
                stars: row.repo.stars,
                isPrivate: row.repo.isPrivate
            )
            update.topics = row.repo.topics
            update.isArchived = row.repo.isArchived
            update.isFork = row.repo.isFork
            update.updatedAt = row.repo.updatedAt?.textWithNanoseconds
            return update
        }
        _ = try await fixture.storage.repos.upsert(updates)
        let vectors = Dictionary(uniqueKeysWithValues: rows.map { ($0.repo.fullName, $0.vector) })
        let jobs = try await fixture.claim("fill").filter { vectors[$0.document.label] != .some(nil) }
        try await fixture.complete(jobs, "fill", model: model) { job in
            let vector = try #require(vectors[job.document.label] ?? nil)
            return .embedded(vector)
        }
        return fixture
    }

    /// A condition, and what it means for a repo.
    private typealias Trial = (condition: FilterCondition, passes: (Repo) -> Bool)

    /// What has to be found, by the definition.
    private static func expected(
        _ rows: [Row],
        _ query: Embedding,
        _ filter: SearchFilter,
        _ trials: [Trial]
    ) -> [(Repo, Double)] {
        rows.compactMap { row -> (Repo, Double)? in
            guard let vector = row.vector, passes(row.repo, filter, trials) else { return nil }
            let cosine = zip(vector.values, query.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            return cosine >= filter.minScore ?? -1 ? (row.repo, cosine) : nil
        }.sorted { ($0.1, $0.0.stars, $1.0.fullName) > ($1.1, $1.0.stars, $0.0.fullName) }
    }

    private static func passes(_ repo: Repo, _ filter: SearchFilter, _ trials: [Trial]) -> Bool {
        (filter.includesPrivate || !repo.isPrivate) && trials.allSatisfy { $0.passes(repo) }
            && !filter.excludeNames.contains { same(repo.fullName, $0) }
    }

    private static func same(_ left: String?, _ right: String) -> Bool { left?.lowercased() == right.lowercased() }

    private static func trials(_ random: inout Seeded) -> [Trial] {
        let stars = Int.random(in: 0..<1100, using: &random)
        let day = ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00.25Z", "2026-06-01T12:00:01Z"]
        let time = day.randomElement(using: &random).flatMap { Timestamp($0) } ?? Timestamp(seconds: 0)
        let (isArchived, isFork, isPrivate) = (
            Bool.random(using: &random), Bool.random(using: &random), Bool.random(using: &random)
        )
        let all: [Trial] = [
            (.language("SWIFT"), { same($0.language, "swift") }), (.topic("Cli"), { $0.topics.contains("cli") }),
            (.hasStars(stars), { $0.stars >= stars }),
            (.isFlag(.isArchived, isArchived), { $0.isArchived == isArchived }),
            (.isFlag(.isFork, isFork), { $0.isFork == isFork }),
            (.isFlag(.isPrivate, isPrivate), { $0.isPrivate == isPrivate }),
            (.isUpdated(since: time), { $0.updatedAt.map { $0 >= time } ?? false }),
            (.owner("aDa"), { same($0.owner, "ada") }), (.anotherOwner(than: "BOB"), { !same($0.owner, "bob") }),
        ]
        return all.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }

    private static func filter(_ rows: [Row], _ trials: [Trial], _ random: inout Seeded) -> SearchFilter {
        let hasLeast = Int.random(in: 0..<3, using: &random) == 0
        return SearchFilter(
            trials.map(\.condition),
            minScore: hasLeast ? Double.random(in: -0.2..<0.6, using: &random) : nil,
            excludeNames: (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                rows.randomElement(using: &random)?.repo.fullName.uppercased() ?? ""
            },
            includesPrivate: Bool.random(using: &random)
        )
    }

    @Test(
        arguments: SearchBackend.allCases
    )
    func `any filter and limit leave exactly what passes, best first, scored by cosine`(backend: SearchBackend)
        async throws
    {
        var random = Seeded(state: 20_261_122)
        let rows = try Self.rows(100, &random)
        let search = try await backend.search(try await Self.filled(rows), Self.model)
        var hasUsedItsWay = false
        for _ in 0..<60 {
            let query = try Self.direction(&random)
            let trials = Self.trials(&random)
            let filter = Self.filter(rows, trials, &random)
            let limit = [1, 3, 10, 100].randomElement(using: &random) ?? 10
            let found = try await search.nearest(to: query, model: Self.model, filter: filter, limit: limit)
            let expected = Self.expected(rows, query, filter, trials).prefix(limit)
            // A row may be on either side of a smallest score that is as good as its own.
            if let least = filter.minScore, let last = expected.last, abs(last.1 - least) < 1e-3 { continue }
            // Where little passes, the index cannot tell whether there is more.
            #expect(backend.isThroughIndex || found.method == .exact)
            hasUsedItsWay = hasUsedItsWay || (found.method != .exact) == backend.isThroughIndex
            try #require(found.hits.count == expected.count, "\(filter), limit \(limit)")
            #expect(Set(found.hits.map(\.repo.fullName)).count == expected.count)
            for (hit, (_, cosine)) in zip(found.hits, expected) {
                #expect(Self.passes(hit.repo, filter, trials))
                #expect(abs(try #require(hit.similarity) - cosine) < 1e-3, "\(filter), limit \(limit)")
            }
        }
        // Nearly every filter leaves so few of a hundred rows that they are compared one by one.
        #expect(hasUsedItsWay || backend == .databaseNarrow)
    }

    @Test(
        arguments: SearchBackend.allCases
    )
    func `of equal scores the most stars come first, then names, at the end of the list too`(backend: SearchBackend)
        async throws
    {
        let stars = ["z/z": 1, "a/b": 1, "m/m": 5, "far/away": 9, "c/c": 1]
        let rows = try stars.map { name, stars in
            let values: [Float] = name == "far/away" ? [0, 1] : [1, 0]
            let padded = values + Array(repeating: 0, count: 14)
            return Row(
                repo: Repo(fullName: name, stars: stars),
                vector: try Embedding(validating: padded, dimensions: 16)
            )
        }
        let search = try await backend.search(try await Self.filled(rows), Self.model)
        let query = try #require(rows.first { $0.repo.fullName == "m/m" }?.vector)
        for limit in 1...5 {
            let found = try await search.nearest(to: query, model: Self.model, filter: SearchFilter(), limit: limit)
            #expect(found.hits.map(\.repo.fullName) == Array(["m/m", "a/b", "c/c", "z/z", "far/away"].prefix(limit)))
        }
    }

    @Test(arguments: SearchBackend.allCases)
    func `a query of any length is compared by its direction alone`(backend: SearchBackend) async throws {
        var random = Seeded(state: 3)
        let rows = try Self.rows(20, &random)
        let search = try await backend.search(try await Self.filled(rows), Self.model)
        let query = try Self.direction(&random)
        let long = try Embedding(validating: query.values.map { $0 * 1000 }, dimensions: 16)
        let one = try await search.nearest(to: query, model: Self.model, filter: SearchFilter(), limit: 5).hits
        let other = try await search.nearest(to: long, model: Self.model, filter: SearchFilter(), limit: 5).hits
        #expect(one.map(\.repo) == other.map(\.repo))
        #expect(!one.isEmpty)
    }

    @Test(arguments: SearchBackend.allCases)
    func `vectors and scores of single repos are found by name without case`(backend: SearchBackend) async throws {
        var random = Seeded(state: 5)
        var rows = try Self.rows(20, &random)
        rows[0].vector = try Self.direction(&random)
        rows[1].vector = nil
        let search = try await backend.search(try await Self.filled(rows), Self.model)
        let known = rows[0].repo.fullName.uppercased()
        let pending = rows[1].repo.fullName
        #expect(try await search.vector(of: "no/such", model: Self.model, includesPrivate: true) == nil)
        #expect(try await search.vector(of: pending, model: Self.model, includesPrivate: true) == .pending)
        let found = try await search.vector(of: known, model: Self.model, includesPrivate: true)
        guard case .embedded(let vector) = found else {
            Issue.record("the vector of \(known) is not found")
            return
        }
        let stored = try #require(rows[0].vector)
        for (left, right) in zip(vector.values, stored.values) { #expect(abs(left - right) < 4e-3) }
        let query = try Self.direction(&random)
        let ids = (0...1).map { DocumentID(UpsertPlan.id(named: rows[$0].repo.fullName)) }
        let nobody = DocumentID(UpsertPlan.id(named: "no/such"))
        let scores = try await search.scores(of: ids + [nobody], to: query, model: Self.model)
        let cosine = zip(stored.values, query.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(Array(scores.keys) == [ids[0]])
        #expect(abs(try #require(scores[ids[0]]) - cosine) < 1e-3)
    }

    @Test(arguments: [SearchBackend.databaseExact, .databaseIndex, .memory])
    func `vectors of another model are not there`(backend: SearchBackend) async throws {
        var random = Seeded(state: 7)
        let rows = try Self.rows(20, &random)
        let search = try await backend.search(try await Self.filled(rows), Self.model)
        let other = EmbeddingModel(provider: "builtin", name: "renamed", dimensions: 16)
        let query = try Self.direction(&random)
        #expect(try await search.nearest(to: query, model: other, filter: SearchFilter(), limit: 5).hits.isEmpty)
        let id = DocumentID(UpsertPlan.id(named: rows[0].repo.fullName))
        #expect(try await search.scores(of: [id], to: query, model: other).isEmpty)
    }
}
