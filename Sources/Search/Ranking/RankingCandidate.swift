import EmbeddingCore

/// A repo that may be in the answer, and where each list has it.
struct RankingCandidate {
    /// In the catalog; nil for a repo that is not there yet.
    var number: Int?
    var repo: Repo
    /// Places in the lists, from 0.
    var vectorPlace: Int?
    var wordPlace: Int?
    var namePlace: Int?
    /// Cosine similarity.
    var similarity: Double?
    var likeness: NameList.Likeness?
    var nameSimilarity = 0.0

    /// What brought it in.
    var matched: [SearchHit.Match] {
        var matched: [SearchHit.Match] = []
        if namePlace != nil { matched.append(.name) }
        if wordPlace != nil { matched.append(.text) }
        if vectorPlace != nil { matched.append(.vector) }
        return matched
    }
}

/// The lists of one query joined, each repo once.
struct CandidateList {
    private(set) var candidates: [RankingCandidate] = []
    private var places: [Int: Int] = [:]

    /// - Parameters:
    ///   - vectors: nil where there are none; then words and names decide alone.
    ///   - similarities: of what the text index found.
    ///   - number: of a repo by its full name.
    init(
        _ matches: TextMatches,
        vectors: [SearchHit]?,
        _ similarities: [DocumentID: Double]?,
        number: (String) -> Int?
    ) {
        for (place, hit) in matches.names.enumerated() {
            update(hit.number, hit.repo) { candidate in
                candidate.similarity = similarities?[hit.id]
                candidate.namePlace = place
                candidate.likeness = hit.likeness
                candidate.nameSimilarity = hit.similarity
            }
        }
        for (place, hit) in matches.words.enumerated() {
            update(hit.number, hit.repo) { candidate in
                candidate.similarity = similarities?[hit.id]
                candidate.wordPlace = place
            }
        }
        for (place, hit) in (vectors ?? []).enumerated() {
            update(number(hit.repo.fullName), hit.repo) { candidate in
                candidate.vectorPlace = place
                candidate.similarity = hit.similarity
            }
        }
    }

    private mutating func update(_ number: Int?, _ repo: Repo, _ change: (inout RankingCandidate) -> Void) {
        if let number, let place = places[number] { return change(&candidates[place]) }
        if let number { places[number] = candidates.count }
        var candidate = RankingCandidate(number: number, repo: repo)
        change(&candidate)
        candidates.append(candidate)
    }
}
