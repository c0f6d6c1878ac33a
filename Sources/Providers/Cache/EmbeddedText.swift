import EmbeddingCore

/// A text's vector and what it cost.
struct EmbeddedText: Sendable, Hashable {
    var embedding: Embedding
    var tokens: Int
}
