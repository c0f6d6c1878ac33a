import EmbeddingCore

extension [EmbeddingInput] {
    /// The texts, for a provider that takes nothing else.
    /// - Throws: `EmbeddingError` with code `.tokensUnsupported` when one input is token ids.
    func texts(for provider: ProviderName) throws(EmbeddingError) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(count)
        for input in self {
            guard case .text(let text) = input else {
                throw EmbeddingError(.tokensUnsupported, "\(provider.rawValue) accepts text only, not token ids")
            }
            texts.append(text)
        }
        return texts
    }
}
