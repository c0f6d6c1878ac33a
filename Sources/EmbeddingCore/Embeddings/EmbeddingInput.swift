/// One thing to be embedded.
package enum EmbeddingInput: Sendable, Hashable {
    case text(String)
    /// Token ids of the model's own vocabulary, as OpenAI's API takes them.
    case tokens([Int])
}

/// What the text is: some models want different prefixes for documents and queries.
package enum EmbeddingInputType: String, Sendable, Hashable, CaseIterable {
    case document, query
}
