import EmbeddingCore
import Logging
import SurrealDB
import Testing

@testable import Storage

@Suite struct SearchTests {
    /// Ten repos whose vectors turn away from the first axis one by one.
    private func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        let languages = ["Swift", "Go", nil]
        let updates = (0..<10).map { number in
            update(
                "owner\(number % 2)/r\(number)",
                language: .some(languages[number % 3]),
                stars: number * 10,
                isPrivate: number == 9
            )
        }
        _ = try await fixture.storage.repos.upsert(updates)
        try await fixture.drain { job in
            let number = Float(job.document.label.split(separator: "/r")[1]) ?? 0
            return try vector(1, number / 10)
        }
        return fixture
    }

    private func search(
        _ fixture: Fixture,
        _ filter: SearchFilter = SearchFilter(),
        limit: Int = 10,
        model: EmbeddingModel = model
    ) async throws -> SearchHits {
        let query = try vector(1, dimensions: model.dimensions)
        return try await fixture.storage.search.nearest(to: query, model: model, filter: filter, limit: limit)
    }

    /// G3: vectors of two models are never compared.
    @Test func `vectors of another model are not there`() async throws {
        let fixture = try await filled()
        let renamed = EmbeddingModel(provider: "builtin", name: "renamed", dimensions: 4)
        #expect(try await search(fixture, model: renamed).hits.isEmpty)
        #expect(try await search(fixture, model: otherModel).hits.isEmpty)
        let stored = try await fixture.storage.search.vector(of: "owner0/r0", model: renamed, includesPrivate: true)
        #expect(stored == .pending)
    }

    @Test func `stored vector is given by name without case`() async throws {
        let fixture = try await filled()
        let search = fixture.storage.search
        let stored = try await search.vector(of: "OWNER0/r0", model: model, includesPrivate: true)
        #expect(stored == .embedded(try vector(1)))
        #expect(try await search.vector(of: "no/such", model: model, includesPrivate: true) == nil)
        _ = try await fixture.storage.repos.upsert([update("a/new")])
        #expect(try await search.vector(of: "a/new", model: model, includesPrivate: true) == .pending)
    }

    /// The table says so, and not what a follower may not have read yet.
    @Test func `stored vector of a private repo is for those alone who see it`() async throws {
        let fixture = try await filled()
        let search = fixture.storage.search
        _ = try await fixture.run("UPDATE repo SET is_private = true WHERE full_name = 'owner0/r0'")
        let seen = try await search.vector(of: "owner0/r0", model: model, includesPrivate: true)
        #expect(seen == .embedded(try vector(1)))
        #expect(try await search.vector(of: "owner0/r0", model: model, includesPrivate: false) == nil)
    }

    // MARK: The index

    private func index(
        _ fixture: Fixture,
        owner: String = "one",
        minimum: Int = 5,
        calm: Duration = .zero
    ) -> VectorIndex {
        VectorIndex(
            database: fixture.database,
            owner: owner,
            logger: Logger(label: "tests"),
            minimum: minimum,
            calm: calm
        )
    }

    /// An index taken through its steps until it is ready.
    private func ready(_ fixture: Fixture, _ model: EmbeddingModel = model) async throws -> VectorIndex {
        let index = index(fixture)
        let statistics = QueueStatistics(embedded: 10, total: 10)
        while index.state != .ready {
            try await index.maintain(model: model, statistics: statistics)
            try #require(index.state != .failed)
            await Task.yield()
        }
        return index
    }

    @Test func `index waits for enough rows and a small backlog`() async throws {
        let fixture = try await filled()
        let index = index(fixture)
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 4, total: 4))
        #expect(index.state == .absent)
        try await index.maintain(model: model, statistics: QueueStatistics(pending: 500, embedded: 10, total: 510))
        #expect(index.state == .absent)
        // The third generation of the engine builds the index while it is defined.
        let isBuilt = try await fixture.database.dialect().definesIndexesInPlace
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 10, total: 10))
        #expect(index.state == (isBuilt ? .ready : .building))
        #expect((index.ready(for: model) != nil) == isBuilt)
    }

    /// Takes an index that was defined over nothing through a backlog, until it is ready.
    private func early(_ fixture: Fixture, owner: String = "one") async throws -> VectorIndex {
        let index = index(fixture, owner: owner, minimum: 10)
        try await index.begin(for: model)
        #expect(index.state == .absent)
        #expect(try await !fixture.run("INFO FOR TABLE repo")["indexes"]["repo_embedding"].isNil)
        let repos = (0..<20).map { (number: Int) in update("a/r\(number)", stars: number) }
        _ = try await fixture.storage.repos.upsert(repos)
        try await fixture.drain { job in
            try vector(1, (Float(job.document.label.split(separator: "/r")[1]) ?? 0) / 10)
        }
        try await index.maintain(model: model, statistics: QueueStatistics(pending: 10, embedded: 10, total: 20))
        #expect(index.state == .ready)
        return index
    }

    @Test func `index that stands before the backlog finds what is written`() async throws {
        let fixture = try await Fixture()
        guard try await fixture.database.dialect().writesVectorsBesideIndex else { return }
        let index = try await early(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        let hits = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 3)
        #expect(hits.method == .diskann)
        #expect(hits.hits.map(\.repo.fullName) == ["a/r0", "a/r1", "a/r2"])
    }

    @Test func `index is built anew beside the one in use`() async throws {
        let fixture = try await Fixture()
        guard try await fixture.database.dialect().writesVectorsBesideIndex else { return }
        let index = try await early(fixture)
        // Another replica, which does not hear of it.
        let other = self.index(fixture, owner: "two", minimum: 10)
        try await other.refresh()
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 20, total: 20, written: 20))
        let table = try await fixture.run("INFO FOR TABLE repo")["indexes"]
        #expect(table["repo_embedding"].isNil)
        #expect(table["repo_embedding_2"].string?.contains("DISKANN") == true)
        for index in [index, other] {
            let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
            let hits = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 3)
            #expect(hits.method == .diskann)
            #expect(hits.hits.map(\.repo.fullName) == ["a/r0", "a/r1", "a/r2"])
        }
        // Once is enough, until many more were written.
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 20, total: 20, written: 20))
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 20, total: 20, written: 29))
        #expect(index.ready(for: model)?.name == "repo_embedding_2")
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 20, total: 20, written: 30))
        #expect(index.ready(for: model)?.name == "repo_embedding")
        try await index.prepare(for: otherModel)
        #expect(try await fixture.run("INFO FOR TABLE repo")["indexes"]["repo_embedding"].isNil)
    }

    @Test(arguments: [true, false])
    func `no index is begun beside vectors`(_ nameTheirModel: Bool) async throws {
        let fixture = try await filled()
        if !nameTheirModel { try await fixture.run("UPDATE repo SET embedding_fingerprint = NONE") }
        let index = index(fixture)
        try await index.begin(for: otherModel)
        #expect(index.state == .absent)
    }

    @Test func `writes go on beside the index`() async throws {
        let fixture = try await filled()
        let index = try await ready(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        _ = try await fixture.storage.repos.upsert([update("new/one", stars: 1000)])
        try await fixture.drain()
        _ = try await fixture.storage.repos.delete(named: "owner0/r0")
        let hits = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 3)
        #expect(hits.method != .exact)
        #expect(hits.hits.map(\.repo.fullName) == ["new/one", "owner1/r1", "owner0/r2"])
    }

    @Test func `one replica owns the index and the others see it`() async throws {
        let fixture = try await filled()
        let statistics = QueueStatistics(embedded: 10, total: 10)
        let replicas = ["one", "two", "three"].map { index(fixture, owner: $0) }
        while !replicas.allSatisfy({ $0.ready(for: model) != nil }) {
            try await withThrowingTaskGroup { group in
                for replica in replicas {
                    group.addTask { try await replica.maintain(model: model, statistics: statistics) }
                }
                try await group.waitForAll()
            }
        }
        let table = try await fixture.run("INFO FOR TABLE repo")
        #expect(table["indexes"]["repo_embedding"].string?.contains("DIMENSION") == true)
    }

    @Test func `another model drops the index before its first vector is written`() async throws {
        let fixture = try await filled()
        let index = try await ready(fixture)
        try await index.prepare(for: otherModel)
        #expect(index.state == .absent)
        #expect(try await fixture.run("INFO FOR TABLE repo")["indexes"]["repo_embedding"].isNil)
        _ = try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: otherModel)
        // Of rows that are equal, DiskANN finds some.
        try await fixture.drain(model: otherModel) { job in
            try vector(1, (Float(job.document.label.split(separator: "/r")[1]) ?? 0) / 10, dimensions: 3)
        }
        let again = try await ready(fixture, otherModel)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: again)
        let query = try vector(1, dimensions: 3)
        let hits = try await search.nearest(to: query, model: otherModel, filter: SearchFilter(), limit: 9)
        #expect(hits.method != .exact)
        #expect(hits.hits.count == 9)
    }

    @Test func `vectors of another length make the index give way`() async throws {
        let fixture = try await filled()
        _ = try await ready(fixture)
        _ = try await fixture.storage.jobs.backfill(after: nil, limit: 100, model: otherModel)
        // Of rows that are equal, DiskANN finds some.
        try await fixture.drain(model: otherModel) { job in
            try vector(1, (Float(job.document.label.split(separator: "/r")[1]) ?? 0) / 10, dimensions: 3)
        }
        #expect(try await fixture.storage.repos.repo(named: "owner0/r0")?.fingerprint == otherModel.fingerprint)
        #expect(try await fixture.run("INFO FOR TABLE repo")["indexes"]["repo_embedding"].isNil)
    }

    @Test func `row that kept a vector of another length is cleared and due`() async throws {
        let fixture = try await filled()
        try await fixture.run(
            "UPDATE repo SET embedding = [1, 2], embedding_fingerprint = 'old' WHERE full_name = 'owner1/r3'"
        )
        _ = try await ready(fixture)
        #expect(try await fixture.storage.repos.repo(named: "owner1/r3")?.state == .pending)
    }

    @Test func `search is exact again when the index is gone`() async throws {
        let fixture = try await filled()
        let index = try await ready(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        try await fixture.run("REMOVE INDEX repo_embedding ON repo")
        let hits = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 3)
        #expect(hits.method == .exact)
        #expect(hits.hits.count == 3)
    }

    @Test func `private repos among the nearest do not keep the index from answering`() async throws {
        let fixture = try await filled()
        let index = try await ready(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        try await fixture.run("UPDATE repo SET is_private = true WHERE stars < 70")
        let found = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 2)
        #expect(found.method != .exact)
        #expect(found.hits.map(\.repo.fullName) == ["owner1/r7", "owner0/r8"])
    }

    @Test func `build that the database did not finish is begun anew`() async throws {
        let fixture = try await filled()
        try await fixture.run(
            """
            UPSERT embed_star:vector_index SET fingerprint = $fingerprint, dimensions = 4, phase = "building",
              since = time::now();
            DEFINE INDEX repo_embedding ON repo FIELDS embedding HNSW DIMENSION 4 DIST COSINE TYPE F32 EFC 150 M 12;
            """,
            ["fingerprint": .string(model.fingerprint)]
        )
        let index = index(fixture)
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 10, total: 10))
        #expect(index.state == .absent)
        #expect(try await fixture.run("INFO FOR TABLE repo")["indexes"]["repo_embedding"].isNil)
    }

    @Test func `build that ended before there was an index is begun anew`() async throws {
        let fixture = try await filled()
        let kind = try await fixture.database.dialect().vectorIndexKind(preferred: .diskann)
        try await fixture.run(
            """
            UPSERT embed_star:vector_index SET fingerprint = $fingerprint, dimensions = 4, phase = "building",
              kind = $kind, since = time::now()
            """,
            ["fingerprint": .string(model.fingerprint), "kind": .string(kind.rawValue)]
        )
        let index = index(fixture)
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 10, total: 10))
        #expect(index.state == .absent)
        _ = try await ready(fixture)
    }

    @Test func `index that a search found gone is made anew`() async throws {
        let fixture = try await filled()
        let index = try await ready(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        try await fixture.run("REMOVE INDEX repo_embedding ON repo")
        _ = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 3)
        try await index.maintain(model: model, statistics: QueueStatistics(embedded: 10, total: 10))
        #expect(index.state == .absent)
    }

    /// What other programs may write into a row that names this model.
    static let strangeVectors: [SurrealValue] = [
        .floats([0, 0, 0, 0]), .floats([.nan, .nan, .nan, .nan]), .floats([1, 2]), .array([]), "text", .null, .none,
        .floats([3e38, 3e38, 3e38, 3e38]),
    ]

    @Test(arguments: [false, true])
    func `vectors of other programs neither fail nor hide what is right`(isIndexed: Bool) async throws {
        let fixture = try await filled()
        for (number, vector) in Self.strangeVectors.enumerated() {
            try await fixture.run(
                """
                CREATE type::record('repo', $number) SET full_name = "strange/r" + <string> $number,
                  embedding = $vector, embedding_fingerprint = $fingerprint
                """,
                ["number": SurrealValue(number), "vector": vector, "fingerprint": .string(model.fingerprint)]
            )
        }
        let index = isIndexed ? try await ready(fixture) : self.index(fixture)
        let search = SurrealSimilaritySearch(database: fixture.database, reader: fixture.reader, index: index)
        let found = try await search.nearest(to: vector(1), model: model, filter: SearchFilter(), limit: 5)
        #expect(found.hits.map(\.repo.fullName) == (0..<5).map { "owner\($0 % 2)/r\($0)" })
        #expect(found.hits.allSatisfy { ($0.similarity ?? 2).magnitude <= 1.0001 })
        let ids = Self.strangeVectors.indices.map { SurrealRecordID(table: "repo", key: .int(Int64($0))) }
        _ = try await search.scores(of: ids.map { DocumentID($0) }, to: vector(1), model: model)
        let names = Self.strangeVectors.indices.map { "strange/r\($0)" }
        for name in names { _ = try await search.vector(of: name, model: model, includesPrivate: true) }
    }
}
