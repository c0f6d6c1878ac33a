/// The identity of a model: vectors are comparable only when all four parts are equal (guarantee G3).
package struct EmbeddingModel: Sendable, Hashable {
    package let provider: ProviderName
    /// The provider's own name of the model, such as `all-MiniLM-L6-v2`.
    package let name: String
    /// Floats in each vector.
    package let dimensions: Int
    /// What tells two builds of one name apart (Ollama's digest, the built-in model's file hash); nil when the
    /// provider does not say.
    package let revision: String?
    /// One string for all four parts, stored beside every vector: `builtin/all-MiniLM-L6-v2@384#53aa51172d14`.
    package let fingerprint: String

    package init(provider: ProviderName, name: String, dimensions: Int, revision: String? = nil) {
        self.provider = provider
        self.name = name
        self.dimensions = dimensions
        self.revision = revision
        let base = "\(provider.rawValue)/\(name)@\(dimensions)"
        fingerprint = revision.map { "\(base)#\(String($0.unicodeScalars.prefix(12)))" } ?? base
    }
}
