/// A model that requests may ask for by its name, beside the first.
package struct ServedModel: Sendable {
    /// What is known of it before it is loaded: its provider and its name.
    package let model: EmbeddingModel
    package let service: any EmbeddingService

    package init(_ provider: ProviderName, name: String, service: any EmbeddingService) {
        model = EmbeddingModel(provider: provider, name: name, dimensions: 0)
        self.service = service
    }
}

/// A model that is in this process's memory.
package struct LoadedModelStatus: Sendable {
    package let model: EmbeddingModel
    /// About so much it takes.
    package let bytes: Int
    /// Until it is dropped unless it is asked for again; nil for never.
    package let timeLeft: Duration?

    package init(model: EmbeddingModel, bytes: Int, timeLeft: Duration?) {
        self.model = model
        self.bytes = bytes
        self.timeLeft = timeLeft
    }
}
