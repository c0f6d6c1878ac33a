import EmbeddingCore
package import Settings

/// The providers that embed-star speaks to, in the order people read them.
package enum ProviderKinds {
    package static let all: [ProviderKind] = [
        .builtIn, .ollama, .openAI, .azure, .together, .voyage, .cohere, .gemini,
    ]

    /// The settings of all of them.
    package static var settings: [any AnySetting] { all.flatMap(\.settings) }

    static func named(_ name: String) -> ProviderKind? { all.first { $0.name.rawValue == name } }
}
