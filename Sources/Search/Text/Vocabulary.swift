/// The terms of the text index, to find what a misspelt word may have meant.
struct Vocabulary {
    private struct Term {
        let bytes: [UInt8]
        let letters: LetterSet
        let repos: Int
    }

    /// By their lengths.
    private var terms: [Int: [Term]] = [:]
    /// Changes of the index since it was read.
    var age: Int?

    /// Whether it is worth reading again: words that came lately can be missed by corrections for a while.
    var isStale: Bool { age.map { $0 > 1000 } ?? true }

    mutating func add(_ term: String, repos: Int) {
        age = age ?? 0
        guard term.utf8.allSatisfy({ $0 < 0x80 }) else { return }
        terms[term.utf8.count, default: []].append(
            Term(bytes: Array(term.utf8), letters: LetterSet(term.utf8), repos: repos)
        )
    }

    /// The nearest terms, the commonest first, three at most.
    func corrections(of word: String) -> [String] {
        let bytes = Array(word.utf8)
        let budget = EditDistance.budget(forLength: bytes.count)
        guard budget > 0, bytes.count <= 40 else { return [] }
        let letters = LetterSet(bytes)
        var found: [(distance: Int, repos: Int, term: String)] = []
        var limit = budget
        for length in (bytes.count - budget)...(bytes.count + budget) {
            for candidate in terms[length] ?? [] where letters.mayBe(limit, from: candidate.letters) {
                guard let distance = EditDistance.between(candidate.bytes, bytes, limit: limit) else { continue }
                limit = distance
                found.append((distance, candidate.repos, String(decoding: candidate.bytes, as: UTF8.self)))
            }
        }
        return found.filter { $0.distance == limit }
            .sorted { ($0.repos, $1.term) > ($1.repos, $0.term) }
            .prefix(3).map(\.term)
    }
}
