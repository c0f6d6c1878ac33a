import EmbeddingCore
import Testing

@testable import Search

@Suite struct FeatureRowTests {
    private static let browser = Repo(fullName: "a/sqlitebrowser", description: "Browse databases", language: "C++")
    private static let list = Repo(fullName: "b/http", description: "A curated list of http servers", language: "Go")
    private static let chat = Repo(fullName: "c/mattermost", description: "An open source alternative to Slack")

    static let cases: [(String, Repo, RankingFeature, Double)] = [
        ("sqlite", browser, .wordsInsideName, 1), ("mysql", browser, .wordsInsideName, 0),
        ("browse", browser, .wordsInText, 1), ("browse", browser, .wordsInName, 0),
        ("http servers", list, .unaskedList, 1), ("list of http servers", list, .unaskedList, 0),
        ("databases", browser, .unaskedList, 0), ("http", list, .nameSurplus, 0),
        ("sqlite", browser, .nameSurplus, 0.25), ("slack alternative", chat, .overlap, 2.0 / 7),
        ("http servers in go", list, .languageDiffers, 0),
        ("http servers in c++", list, .languageDiffers, 1), ("http servers", list, .languageDiffers, 0),
        ("slack alternative", chat, .compares, 1), ("slack", chat, .compares, 0),
        ("slack alternative", chat, .comparesWordsInText, 1), ("slack", chat, .comparesWordsInText, 0),
        ("Хранить databases", browser, .foreign, 7.0 / 16),
    ]

    @Test(arguments: cases)
    func `a candidate's features say what it has of the query`(
        query: String,
        repo: Repo,
        feature: RankingFeature,
        value: Double
    ) throws {
        let index = try TextIndex()
        for (number, repo) in [Self.browser, Self.list, Self.chat].enumerated() {
            _ = try index.upsert(Samples.id(number), repo)
        }
        let matches = try index.matches(query, filter: SearchFilter(), limit: 10)
        let vectors = [SearchHit(repo: repo, similarity: 0.5)]
        let samples = CandidateRanking(matches, vectors: vectors, index).samples
        let sample = try #require(samples.first { $0.fullName == repo.fullName })
        #expect(abs(sample.features[feature.rawValue] - value) < 1e-9)
    }

    @Test
    func `products are of features that are none themselves, and none is there twice`() {
        let results = RankingFeature.products.map(\.result)
        #expect(Set(results).count == results.count)
        for product in RankingFeature.products {
            #expect(!results.contains(product.left) && !results.contains(product.right))
        }
    }
}
