import EmbeddingCore
import Foundation
import Testing

@testable import Search

@Suite struct WordIndexTests {
    private func index(_ descriptions: String...) -> WordIndex {
        var index = WordIndex()
        for (number, description) in descriptions.enumerated() {
            index.add(number, RepoWords(Repo(fullName: "o\(number)/n\(number)", description: description)))
        }
        return index
    }

    private func found(_ index: WordIndex, _ lookups: WordIndex.Lookup...) -> [Int] {
        index.relevances(of: lookups).enumerated().filter { $1 > 0 }.map(\.offset)
    }

    @Test func `relevance is BM25 of the weighted frequency`() {
        let index = index("cache cache store", "cache queue", "graph", "graph", "parser")
        let relevances = index.relevances(of: [.word(WordHash("cach"))])
        // Names and owners have a word each beside: "o0", "n0" and what they are cut into.
        let lengths = (0..<5).map { number in
            let words = RepoWords(
                Repo(
                    fullName: "o\(number)/n\(number)",
                    description: ["cache cache store", "cache queue", "graph", "graph", "parser"][number]
                )
            )
            return Double(words.name.count + words.owner.count + words.text.count)
        }
        let mean = lengths.reduce(0, +) / 5
        for (number, frequency) in [(0, 2.0), (1, 1.0)] {
            let norm = 1.2 * (0.25 + 0.75 * lengths[number] / mean)
            let expected = log((5 - 2 + 0.5) / (2 + 0.5)) * frequency * 2.2 / (frequency + norm)
            #expect(abs(relevances[number] - expected) < 1e-9)
        }
        #expect(relevances[2...].allSatisfy { $0 == 0 })
    }

    @Test func `word in the name counts more than one in the text`() {
        var index = WordIndex()
        index.add(0, RepoWords(Repo(fullName: "a/router", description: "small fast")))
        index.add(1, RepoWords(Repo(fullName: "a/thing", description: "router fast")))
        let relevances = index.relevances(of: [.word(WordHash(TextTokens.stem(Array("router".unicodeScalars))))])
        #expect(relevances[0] > relevances[1])
    }

    @Test func `beginnings find every word that begins so`() {
        let index = index("kubernetes", "kubectl tools", "cube", "猫の本", "本")
        #expect(found(index, .beginning("kub")) == [0, 1])
        #expect(found(index, .beginning("kubect")) == [1])
        #expect(found(index, .beginning("本")) == [3, 4])
        #expect(found(index, .beginning("c")) == [2])
        #expect(found(index, .beginning("nothing")) == [])
    }

    @Test func `letters that follow one another are all there`() {
        let index = index("密码管理器", "密码学", "管理")
        let pairs = ["密码", "码管", "管理"].map { WordHash($0) }
        #expect(found(index, .all(pairs)) == [0])
        #expect(found(index, .all([pairs[0]])) == [0, 1])
        #expect(found(index, .all([])) == [])
    }

    @Test func `words that came and went are forgotten`() {
        var index = WordIndex()
        index.add(0, RepoWords(Repo(fullName: "a/kept", description: "kept")))
        for number in 1...3000 {
            let words = RepoWords(Repo(fullName: "a/b", description: "word\(number)x other\(number)x"))
            index.add(1, words)
            index.remove(1, Set((words.name + words.owner + words.text).map { WordHash($0) }))
        }
        #expect(index.wordCount < 2000)
        #expect(index.repos(with: WordHash("kept")) == 1)
        index.add(1, RepoWords(Repo(fullName: "a/b", description: "word7x")))
        #expect(found(index, .beginning("word7")) == [1])
    }

    @Test func `what was removed is neither found nor counted`() {
        let texts = ["alpha beta", "alpha", "gamma"]
        var index = index("alpha beta", "alpha", "gamma", "beta delta")
        let words = RepoWords(Repo(fullName: "o3/n3", description: "beta delta"))
        index.remove(3, Set((words.name + words.owner + words.text).map { WordHash($0) }))
        var fresh = WordIndex()
        for (number, text) in texts.enumerated() {
            fresh.add(number, RepoWords(Repo(fullName: "o\(number)/n\(number)", description: text)))
        }
        let lookups = ["alpha", "beta", "delta"].map { WordIndex.Lookup.word(WordHash($0)) }
        #expect(Array(index.relevances(of: lookups).prefix(3)) == fresh.relevances(of: lookups))
        #expect(index.relevances(of: lookups)[3] == 0)
        var listed: [String: Int] = [:]
        index.forEachWord { listed[$0] = $1 }
        #expect(listed["delta"] == nil)
        #expect(listed["alpha"] == 2)
    }
}
