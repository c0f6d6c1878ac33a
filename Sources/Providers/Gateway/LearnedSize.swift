import EmbeddingCore
import Synchronization

/// The identity of a model whose provider does not tell its size: from the model's card, else learned from one vector,
/// once.
final class LearnedSize: Sendable {
    private let provider: ProviderName
    private let model: String
    private let dimensions: Mutex<Int?>

    init(provider: ProviderName, model: String) {
        self.provider = provider
        self.model = model
        dimensions = Mutex(ModelCard.named(model)?.dimensions)
    }

    /// Floats in a vector, as far as it is known.
    var known: Int? { dimensions.withLock { $0 } }

    /// - Parameter embed: makes one call.
    func identity(
        _ embed: (ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch
    ) async throws(EmbeddingError) -> EmbeddingModel {
        if let known { return EmbeddingModel(provider: provider, name: model, dimensions: known) }
        let batch = try await embed(ProviderCall([.text("dimensions")], type: .document))
        guard let count = batch.vectors.first?.count, count > 0 else {
            throw EmbeddingError(.badResponse, "the provider returned an empty vector")
        }
        dimensions.withLock { $0 = count }
        return EmbeddingModel(provider: provider, name: model, dimensions: count)
    }
}
