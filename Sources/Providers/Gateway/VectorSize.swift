import EmbeddingCore

/// Which vector sizes a model can give, and how.
struct VectorSize: Sendable {
    /// The size the operator chose; nil for the model's own.
    let configured: Int?
    let card: ModelCard?
    /// Whether the provider's API has a parameter for it.
    let providerShortens: Bool

    /// The size to answer with.
    /// - Parameter native: the model's own size.
    /// - Throws: `.unsupportedDimensions`.
    func wanted(_ requested: Int?, native: Int) throws(EmbeddingError) -> Int {
        guard let size = requested ?? configured, size != native else { return native }
        // What the operator has set is taken on trust: not every model's card is known.
        let isAllowed = card?.isMatryoshka == true || size == configured
        guard isAllowed, size > 0, size < native else {
            throw EmbeddingError(
                .unsupportedDimensions,
                "the model has \(native) dimensions, not \(size)"
            )
        }
        return size
    }

    /// What the provider is asked for; nil for its own size.
    func asked(_ size: Int, native: Int) -> Int? { providerShortens && size != native ? size : nil }

    /// Checks a vector and shortens one that came at the model's own size: cut, and brought to unit length unless it is to
    /// stay as it is.
    func shape(
        _ vector: [Float],
        to size: Int,
        native: Int,
        isNormalized: Bool = true
    ) throws(EmbeddingError) -> Embedding {
        guard size < native, vector.count == native else {
            return try Embedding(validating: vector, dimensions: size, normalized: isNormalized)
        }
        // The whole must be sound, not only the part that is kept.
        _ = try Embedding(validating: vector, dimensions: native, normalized: false)
        return try Embedding(validating: Array(vector[..<size]), dimensions: size, normalized: isNormalized)
    }
}
