/// The providers of embeddings that embed-star speaks to; the raw value is the setting and the metric label.
package enum ProviderName: String, Sendable, Hashable, CaseIterable {
    case builtin, ollama, openai, together

    /// Whether texts leave the machine or cluster (guarantee G7: private repos stay inside).
    package var isOutside: Bool { self == .openai || self == .together }
}
