import EmbeddingCore
import Testing

@testable import Search

/// What is searched for, if it is not one text or vector; and what nothing fits.
@Suite struct SearchSubjectTests {
    private func names(
        _ subject: SearchQuery.Subject,
        _ mode: SearchMode = .vector,
        _ filter: SearchFilter = SearchFilter()
    ) async throws -> [String] {
        let query = SearchQuery(subject, mode: mode, filter: filter)
        return try await HybridSearchTests.search().search(query).hits.map(\.repo.fullName)
    }

    @Test
    func `the score for several texts is the mean, and nothing of a hit is lost`() throws {
        func hit(_ name: String, _ score: Double, _ similarity: Double?, _ matched: SearchHit.Match) -> SearchHit {
            SearchHit(repo: Repo(fullName: name), score: score, similarity: similarity, matched: [matched])
        }
        let fused = HybridSearch.fuse([
            [hit("a/x", 0.75, nil, .text), hit("a/y", 0.5, nil, .name)], [hit("a/y", 0.5, 0.25, .vector)],
        ])
        #expect(fused.map(\.repo.fullName) == ["a/y", "a/x"])
        #expect(fused.map(\.score) == [0.5, 0.375])
        #expect(fused[0].similarity == 0.25 && fused[0].matched == [.name, .vector])
    }

    @Test
    func `several texts find the repos of each, and are weak only if all are`() async throws {
        #expect(try await Set(names(.texts(["pending", "three"]), .text)) == ["d/pending", "b/three"])
        let search = try await HybridSearchTests.search()
        for (texts, isWeak) in [(["pending", "qwxzvk"], false), (["qwxzvk", "asdfghjkl"], true)] {
            #expect(try await search.search(SearchQuery(.texts(texts), mode: .text)).isWeak == isWeak)
        }
    }

    @Test
    func `examples are left out, and what lies between the two kinds is in order`() async throws {
        let like = try await names(.examples(like: ["a/one"], unlike: ["c/twin-a"]))
        #expect(like == ["a/two", "b/three", "B/four", "c/twin-star", "c/twin-b"])
        let unlike = try await names(.examples(like: ["c/twin-a"], unlike: ["a/one"]))
        #expect(unlike.prefix(2) == ["c/twin-star", "c/twin-b"])
    }

    @Test
    func `examples that are not there, or not for all, or say nothing are refused`() async throws {
        let faults: [([String], [String], SearchError)] = [
            (["no/ne"], [], .unknownRepo("no/ne")), (["a/one"], ["c/hidden"], .unknownRepo("c/hidden")),
            (["d/pending"], [], .notEmbedded("d/pending")),
        ]
        for (like, unlike, fault) in faults {
            await #expect(throws: fault) { try await names(.examples(like: like, unlike: unlike)) }
        }
        await #expect(throws: SearchError.self) { try await names(.examples(like: ["a/one"], unlike: ["a/one"])) }
        let all = SearchFilter(includesPrivate: true)
        let seen = try await names(.examples(like: ["c/hidden"], unlike: []), .vector, all)
        #expect(seen.first == "a/one")
    }

    @Test
    func `an answer to nonsense is weak and short, unless a filter asks for what there is`() async throws {
        let search = try await HybridSearchTests.search(FakeService(vector: Samples.vector(0, share: 0.354)))
        func answer(_ text: String, _ filter: SearchFilter = SearchFilter()) async throws -> SearchAnswer {
            try await search.search(SearchQuery(.text(text), mode: .hybrid, filter: filter))
        }
        let nonsense = try await answer("asdfghjkl")
        #expect(nonsense.isWeak && nonsense.hits.count == 3)
        #expect(try await answer("asdfghjkl", SearchFilter([.hasStars(1)])).hits.count == 7)
        let known = try await answer("twin-star")
        #expect(!known.isWeak && known.hits.count == 7)
        let scores = known.hits.map(\.score)
        #expect(scores == scores.sorted(by: >) && scores.allSatisfy { (0...1).contains($0) })
    }
}
