import EmbeddingCore
import Testing

@testable import Search

@Suite struct TextIndexTests {
    static let repos: [Repo] = [
        Repo(
            fullName: "tokio-rs/tokio",
            description: "A runtime for asynchronous applications",
            language: "Rust",
            stars: 30_000
        ),
        Repo(fullName: "someone/tokio", description: "fork", stars: 3),
        Repo(
            fullName: "kubernetes/kubernetes",
            description: "Container Scheduling and Management",
            language: "Go",
            stars: 100_000
        ),
        Repo(
            fullName: "neovim/neovim",
            description: "Vim-fork focused on extensibility",
            language: "Vim Script",
            stars: 70_000
        ),
        Repo(fullName: "fxsjy/jieba", description: "结巴中文分词", language: "Python", stars: 33_000),
        Repo(
            fullName: "xinntao/Real-ESRGAN",
            description: "Practical image restoration",
            stars: 20_000,
            topics: ["super-resolution"]
        ),
        Repo(fullName: "corp/secret-tokio", description: "inner runtime", stars: 9, isPrivate: true),
    ]

    static func index() throws -> TextIndex {
        let index = try TextIndex()
        for (number, repo) in repos.enumerated() { _ = try index.upsert(Samples.id(number), repo) }
        return index
    }

    static func best(_ query: String, _ filter: SearchFilter = SearchFilter()) throws -> String? {
        let index = try index()
        let matches = try index.matches(query, filter: filter, limit: 10)
        return CandidateRanking(matches, vectors: nil, index).ranked.hits.first?.repo.fullName
    }

    @Test(
        arguments: [
            ("tokio", "tokio-rs/tokio"), ("Tokio-RS/tokio", "tokio-rs/tokio"), ("kuberntes", "kubernetes/kubernetes"),
            ("kubrenetes", "kubernetes/kubernetes"), ("neo vim", "neovim/neovim"),
            ("schedule containers", "kubernetes/kubernetes"),
            ("中文分词", "fxsjy/jieba"), ("real esrgan", "xinntao/Real-ESRGAN"),
            ("super resolution", "xinntao/Real-ESRGAN"),
            ("asynchronus runtime", "tokio-rs/tokio"),
        ]
    )
    func `names, words, stems, slips of the keyboard and other scripts find their repo`(query: String, name: String)
        throws
    {
        #expect(try Self.best(query) == name)
    }

    @Test(
        arguments: ["\"", "\" OR \"", "' OR 1=1 --", "tokio\" NEAR \"x", "\0", "*", "name:", "^", "AND", "(((", "-"]
    )
    func `hostile queries find nothing and break nothing`(query: String) throws {
        _ = try Self.index().matches(query, filter: SearchFilter(), limit: 10)
    }

    @Test
    func `a query of a megabyte is cut, not refused`() throws {
        _ = try Self.index().matches(String(repeating: "tokio ", count: 200_000), filter: SearchFilter(), limit: 10)
    }

    @Test
    func `private repos and filters hold for text as for vectors`() throws {
        let index = try Self.index()
        let open = try index.matches("secret tokio", filter: SearchFilter(), limit: 10)
        #expect(!(open.names + open.words).contains { $0.repo.isPrivate })
        let all = try index.matches("secret tokio", filter: SearchFilter(includesPrivate: true), limit: 10)
        #expect(all.names.contains { $0.repo.isPrivate } && all.words.contains { $0.repo.isPrivate })
        let rust = try index.matches("tokio", filter: SearchFilter([.language("rust"), .hasStars(5)]), limit: 10)
        #expect((rust.names + rust.words).allSatisfy { $0.repo.fullName == "tokio-rs/tokio" })
    }

    @Test
    func `changed and deleted repos are found by what they are now`() throws {
        let index = try Self.index()
        var repo = Self.repos[0]
        repo.description = "Green threads"
        repo.stars = 31_000
        let number = try index.upsert(Samples.id(0), repo)
        #expect(try index.matches("asynchronous", filter: SearchFilter(), limit: 10).words.isEmpty)
        #expect(try index.matches("thread", filter: SearchFilter(), limit: 10).words.map(\.repo) == [repo])
        #expect(try index.delete(Samples.id(0)) == number)
        #expect(try index.delete(Samples.id(0)) == nil)
        #expect(try index.matches("thread", filter: SearchFilter(), limit: 10).words.isEmpty)
        #expect(try index.find("tokio-rs/tokio")?.number == nil)
        #expect(index.count == Self.repos.count - 1)
    }

    @Test(
        arguments: [
            ("flask", "flaks", 1), ("djnago", "django", 1), ("abc", "abc", 0), ("kitten", "sitting", 3), ("", "ab", 2),
        ]
    )
    func `edit distance counts slips, swaps among them, up to a limit`(left: String, right: String, distance: Int) {
        #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), limit: 3) == distance)
        if distance > 0 {
            #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), limit: distance - 1) == nil)
        }
    }
}
