import EmbeddingCore

/// What the catalog took in, under the number it gave the repo.
enum CatalogChange: Sendable {
    case upsert(Int, Repo, vector: [Float]?)
    case delete(Int)
}

/// A repo found by its name or words.
struct TextHit: Sendable {
    let number: Int
    let repo: Repo
    /// How near the query is to the name, 0…1; 1 for words.
    var similarity = 1.0
}

/// What the text index found, each list best first.
struct TextMatches: Sendable {
    /// Repos whose name is the query, give or take slips of the keyboard.
    var names: [TextHit] = []
    /// Repos with words of the query, by BM25.
    var words: [TextHit] = []
}
