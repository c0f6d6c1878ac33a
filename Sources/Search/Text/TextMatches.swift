import EmbeddingCore

/// What the text index found, each list best first.
struct TextMatches: Sendable {
    var terms = QueryTerms()
    /// Repos whose name is like the query.
    var names: [TextHit] = []
    /// Repos with words of the query, by BM25.
    var words: [TextHit] = []
}

/// A repo found by its name or words.
struct TextHit: Sendable {
    let number: Int
    let id: DocumentID
    let repo: Repo
    /// How the query is like the name; nil for one that words found.
    var likeness: NameList.Likeness?
    /// How near the query is to the name, 0…1.
    var similarity = 1.0
}
