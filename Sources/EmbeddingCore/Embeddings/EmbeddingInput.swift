/// One thing to be embedded.
package enum EmbeddingInput: Sendable, Hashable {
    case text(String)
    /// Token ids of the model's own vocabulary, as OpenAI's API takes them.
    case tokens([Int])
}

/// What the text is: some models want different prefixes for documents and queries.
package enum EmbeddingInputType: Sendable, Hashable {
    case document, query
    /// Something else, for which the model has a prefix of this name.
    case prompt(String)
}
