/// The name of a provider of embeddings: the value of its setting, the label of its metrics, and the beginning of its
/// models' fingerprints. What there is to know of a provider stands with the provider, never in a switch over names.
package struct ProviderName: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package init(stringLiteral value: String) { rawValue = value }
}
