import EmbeddingCore

/// What the catalog took in, under the number it gave the repo.
enum CatalogChange: Sendable {
    case upsert(Int, Repo, vector: [Float]?)
    case delete(Int)
}
