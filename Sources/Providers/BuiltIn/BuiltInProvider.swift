package import EmbeddingCore
package import Inference
import Logging
import Telemetry

/// The built-in model: no network, no key, and an exact token count.
package final class BuiltInProvider: EmbeddingProvider, TokenCounter {
    package let name = ProviderName.builtin
    package let limits: EmbeddingLimits
    private let encoder: TextEncoder
    private let identity: EmbeddingModel

    /// - Parameter name: what the model is called; nil for the name of its folder.
    package init(encoder: TextEncoder, name: String? = nil) {
        self.encoder = encoder
        limits = EmbeddingLimits(items: 1024, tokensPerText: encoder.maxTokens)
        identity = EmbeddingModel(
            provider: .builtin,
            name: name ?? encoder.modelName,
            dimensions: encoder.dimensions,
            revision: encoder.revision
        )
    }

    var modelName: String { identity.name }

    /// What the model's folder says of prompts and sizes, and its name where the folder is silent.
    var card: ModelCard {
        var card = ModelCard.named(modelName) ?? ModelCard()
        if let prompt = encoder.prompts.query { card.queryPrefix = prompt }
        if let prompt = encoder.prompts.document { card.documentPrefix = prompt }
        card.isMatryoshka = card.isMatryoshka || encoder.isMatryoshka
        return card
    }

    package func model() async throws(EmbeddingError) -> EmbeddingModel { identity }

    package func embed(
        _ inputs: [EmbeddingInput],
        dimensions: Int?
    ) async throws(EmbeddingError) -> EmbeddingBatch {
        let texts = try inputs.texts(for: "the built-in model")
        do {
            let encoded = try await encoder.encode(texts)
            return EmbeddingBatch(vectors: encoded.vectors, tokens: encoded.tokens)
        } catch {
            throw Self.error(error)
        }
    }

    func count(_ text: String) -> Int { encoder.countTokens(text) }

    /// The encoder cuts between tokens, which is better than between characters.
    var cutsAt: Int? { encoder.maxTokens }

    private static func error(_ error: InferenceError) -> EmbeddingError {
        switch error.code {
        case .cancelled: EmbeddingError(.cancelled, error.message)
        case .overloaded: EmbeddingError(.unavailable, error.message, retryAfter: .seconds(1))
        case .backend: EmbeddingError(.unavailable, error.message)
        case .modelNotFound, .invalidModel, .unsupportedModel, .unsupportedPrecision:
            EmbeddingError(.unknownModel, error.message)
        }
    }
}

extension BuiltInProvider {
    /// Loads the configured model and logs what it is computed with.
    /// - Throws: `.unknownModel` with what is wrong with the folder, its files, or the precision.
    convenience init(configuration: ProvidersConfiguration, logger: Logger) throws(EmbeddingError) {
        var precision: Precision?
        if let wanted = configuration.builtInPrecision {
            precision = Precision(rawValue: wanted)
            guard precision != nil else {
                throw EmbeddingError(.unknownModel, "\(wanted) is no precision: use fp32, bf16 or int8")
            }
        }
        do {
            let threads = configuration.builtInThreads ?? Processors.available
            let encoder = try TextEncoder(
                modelDirectory: configuration.builtInModelDirectory,
                threads: threads,
                precision: precision
            )
            logger.info(
                "loaded the built-in model",
                metadata: [
                    "model": "\(encoder.modelName)",
                    "precision": "\(encoder.precision.rawValue)",
                    "products": "\(encoder.implementations.joined(separator: " "))",
                    "kernels": "\(encoder.instructionSet)",
                    "threads": "\(threads)",
                ]
            )
            self.init(encoder: encoder, name: configuration.model)
        } catch {
            throw Self.error(error)
        }
    }
}
