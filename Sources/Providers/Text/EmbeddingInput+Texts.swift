import EmbeddingCore

extension [EmbeddingInput] {
    /// The texts, for a provider that takes nothing else.
    /// - Parameter provider: as the message names it.
    /// - Throws: `EmbeddingError` with code `.tokensUnsupported` when one input is token ids.
    func texts(for provider: String) throws(EmbeddingError) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(count)
        for input in self {
            guard case .text(let text) = input else {
                throw EmbeddingError(.tokensUnsupported, "\(provider) accepts text only, not token ids")
            }
            texts.append(text)
        }
        return texts
    }
}
