/// What a key may do.
enum Scope: String, Sendable, CaseIterable {
    /// Search, similar, map, embeddings, status: may cost money, changes nothing.
    case read
    /// Repos, one by one and imported, and reprocessing of one.
    case write
    /// The pipeline's switch, and what concerns many repos at once.
    case admin
}
