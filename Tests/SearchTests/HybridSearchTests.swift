import EmbeddingCore
import Telemetry
import Testing

@testable import Search

@Suite struct HybridSearchTests {
    static func search(_ service: FakeService = FakeService()) async throws -> HybridSearch {
        HybridSearch(
            service: service,
            similarity: MemoryTable(Samples.rows),
            catalog: try await Samples.catalog(Samples.rows),
            coverage: { 0.5 },
            metrics: MetricsRegistry(),
            logger: Samples.logger
        )
    }

    @Test
    func `hybrid says what matched, and scores by cosine whatever found the repo`() async throws {
        // As near to one axis as to another, as texts are that have little to do with each other.
        let service = FakeService(vector: Samples.vector(0, share: 0.354))
        let answer = try await Self.search(service).search(SearchQuery(.text("twin-star"), mode: .hybrid, limit: 5))
        #expect(answer.mode == .hybrid && answer.coverage == 0.5)
        let first = try #require(answer.hits.first)
        #expect(first.repo.fullName == "c/twin-star")
        #expect(first.matched.contains(.name) && first.matched.contains(.text))
        #expect(abs((first.similarity ?? 9) - 0.3535) < 1e-3)
        #expect(answer.hits.contains { $0.matched == [.vector] })
        #expect(answer.hits.count == 5)
    }

    @Test
    func `without a provider hybrid answers from the text index and says so`() async throws {
        let service = FakeService(error: EmbeddingError(.unavailable, "gone"))
        let answer = try await Self.search(service).search(SearchQuery(.text("twin-star"), mode: .hybrid))
        #expect(answer.mode == .text)
        #expect(answer.hits.first?.repo.fullName == "c/twin-star")
        await #expect(throws: SearchError.embedding(EmbeddingError(.unavailable, ""))) {
            try await Self.search(service).search(SearchQuery(.text("twin-star"), mode: .vector))
        }
    }

    @Test
    func `an answer says that repos are still being read`() async throws {
        let catalog = try RepoCatalog(logger: Samples.logger)
        let search = HybridSearch(
            service: FakeService(),
            similarity: MemoryTable(Samples.rows),
            catalog: catalog,
            coverage: { 1 },
            metrics: MetricsRegistry(),
            logger: Samples.logger
        )
        for mode in [SearchMode.text, .hybrid] {
            #expect(try await search.search(SearchQuery(.text("x"), mode: mode)).reason?.contains("being read") == true)
        }
        #expect(try await search.search(SearchQuery(.text("x"), mode: .vector)).reason == nil)
        await catalog.finishLoading()
        #expect(try await search.search(SearchQuery(.text("x"), mode: .hybrid)).reason == nil)
    }

    @Test
    func `text mode needs no vectors; vector mode orders by cosine alone`() async throws {
        let search = try await Self.search()
        let text = try await search.search(SearchQuery(.text("pending"), mode: .text))
        #expect(text.hits.map(\.repo.fullName) == ["d/pending"])
        let vector = try await search.search(SearchQuery(.text("anything"), mode: .vector, limit: 4))
        #expect(vector.hits.map(\.repo.fullName) == ["a/one", "a/two", "b/three", "B/four"])
        let ready = try await search.search(SearchQuery(.embedding(Samples.vector(1)), mode: .hybrid, limit: 1))
        #expect(ready.mode == .vector && ready.hits.first?.repo.fullName == "c/twin-star")
    }

    @Test
    func `a smallest score holds for hits of the text index too`() async throws {
        let query = SearchQuery(.text("twin-star"), mode: .hybrid, filter: SearchFilter(minScore: 0.85), limit: 10)
        #expect(try await Self.search().search(query).hits.map(\.repo.fullName) == ["a/one", "a/two"])
    }

    @Test(
        arguments: [
            SearchQuery(.text(""), mode: .hybrid), SearchQuery(.text(" \n"), mode: .text),
            SearchQuery(.text(String(repeating: "x", count: 1_000_000)), mode: .hybrid),
            SearchQuery(.embedding([Float](repeating: .nan, count: 8)), mode: .vector),
            SearchQuery(.embedding([Float](repeating: 0, count: 8)), mode: .vector),
            SearchQuery(.embedding(Samples.vector(0)), mode: .text),
            SearchQuery(.text("x"), mode: .text, limit: 0), SearchQuery(.text("x"), mode: .text, limit: 101),
            SearchQuery(.text("x"), mode: .text, filter: SearchFilter(minScore: .nan)),
        ]
    )
    func `impossible queries are refused before anything is asked`(query: SearchQuery) async throws {
        let search = try await Self.search()
        var isRefused = false
        do {
            _ = try await search.search(query)
        } catch {
            if case .invalid = error { isRefused = true }
        }
        #expect(isRefused)
    }

    @Test
    func `a vector of another length is one of dimensions that are not offered`() async throws {
        let search = try await Self.search()
        await #expect(throws: SearchError.embedding(EmbeddingError(.unsupportedDimensions, ""))) {
            try await search.search(SearchQuery(.embedding([1, 2]), mode: .vector))
        }
    }

    @Test
    func `a repo is not its own neighbour, and a private one is unknown to who may not see it`() async throws {
        let search = try await Self.search()
        let near = try await search.similar(to: "a/one", filter: SearchFilter(), limit: 3, cursor: nil)
        #expect(near.hits.map(\.repo.fullName) == ["a/two", "b/three", "B/four"])
        await #expect(throws: SearchError.unknownRepo("c/hidden")) {
            try await search.similar(to: "c/hidden", filter: SearchFilter(), limit: 3, cursor: nil)
        }
        await #expect(throws: SearchError.unknownRepo("no/ne")) {
            try await search.similar(to: "no/ne", filter: SearchFilter(), limit: 3, cursor: nil)
        }
        await #expect(throws: SearchError.notEmbedded("d/pending")) {
            try await search.similar(to: "d/pending", filter: SearchFilter(), limit: 3, cursor: nil)
        }
    }

    /// Many repos, of which some have words and vectors near the query, and the most one of both.
    private static func large() async throws -> HybridSearch {
        let rows = (1...300).map { number in
            let text = number.isMultiple(of: 3) ? "a twin star of many" : "something else"
            let share = Float(number % 97) / 97
            return Samples.row(
                number,
                Repo(fullName: "o/r\(number)", description: text, stars: number % 7),
                number.isMultiple(of: 5) ? nil : Samples.vector(0, share: share)
            )
        }
        return HybridSearch(
            service: FakeService(),
            similarity: MemoryTable(rows),
            catalog: try await Samples.catalog(rows),
            coverage: { 1 },
            metrics: MetricsRegistry(),
            logger: Samples.logger
        )
    }

    @Test(arguments: SearchMode.allCases, [7, 50, 100])
    func `pages of a search hold every repo that it finds once`(mode: SearchMode, limit: Int) async throws {
        let search = try await Self.large()
        var query = SearchQuery(.text("twin star"), mode: mode, filter: SearchFilter([.hasStars(0)]), limit: limit)
        var pages: [[SearchHit]] = []
        repeat {
            let answer = try await search.search(query)
            pages.append(answer.hits)
            query.cursor = answer.next
        } while query.cursor != nil
        let names = pages.joined().map(\.repo.fullName)
        #expect(Set(names).count == names.count)
        #expect(names.count == (mode == .vector ? 240 : mode == .text ? 100 : 260))
        #expect(pages.dropLast().allSatisfy { $0.count == limit })
    }

    @Test(
        arguments: [
            "5 9223372036854775807", "5 9223372036854775800", "9223372036854775807 0", "0 0", "1001 0", "5 -1", "5",
            "5 1 1",
            "", "+", "5 1000000",
        ]
    )
    func `a cursor that somebody made is refused, or has nothing`(place: String) async throws {
        let cursor = PageCursor.text(Array(place.utf8), of: "question")
        guard let paging = try? ResultPaging("question", cursor: cursor, limit: 100) else { return }
        let answer = try await Self.search().search(SearchQuery(.text("star"), mode: .text))
        let page = try await paging.page { _ in ResultPaging.Ranking(answer: answer, isCut: true) }
        #expect(place == "5 1000000" && page.hits.isEmpty && page.next == nil)
    }

    @Test
    func `a page stops at what is near enough, and neighbours have pages too`() async throws {
        let search = try await Self.large()
        let filter = SearchFilter(minScore: 0.9)
        var (found, cursor): ([SearchHit], String?) = ([], nil)
        repeat {
            let answer = try await search.similar(to: "o/r96", filter: filter, limit: 4, cursor: cursor)
            found += answer.hits
            cursor = answer.next
        } while cursor != nil
        #expect(!found.isEmpty && found.allSatisfy { $0.similarity ?? 0 >= 0.9 && $0.isEmbedded == true })
        #expect(Set(found.map(\.repo.fullName)).count == found.count)
        let whole = try await search.similar(to: "o/r96", filter: filter, limit: 100, cursor: nil)
        #expect(whole.hits.map(\.repo.fullName) == found.map(\.repo.fullName))
    }

    @Test(arguments: ["", "00", "zz", nil])
    func `a cursor of another question, or of nobody, is refused`(cursor: String?) async throws {
        let search = try await Self.large()
        let other = try await search.search(SearchQuery(.text("star"), mode: .vector, limit: 2)).next
        let query = SearchQuery(.text("twin star"), mode: .vector, limit: 2, cursor: cursor ?? other)
        var isRefused = false
        do {
            _ = try await search.search(query)
        } catch {
            if case .invalid = error { isRefused = true }
        }
        #expect(isRefused)
    }
}
