import EmbeddingCore
import Inference
import Logging
import ModelHub
import Settings

/// The built-in model: no network, no key, and an exact token count.
final class BuiltInProvider: EmbeddingProvider, TokenCounter {
    let name = ProviderKind.builtIn.name
    let limits: EmbeddingLimits
    private let encoder: TextEncoder
    private let identity: EmbeddingModel
    private let share: ModelRuntime.Share?

    /// - Parameter acceptsTokens: whether clients may send the model's own token ids.
    init(encoder: TextEncoder, share: ModelRuntime.Share? = nil, acceptsTokens: Bool = false) {
        self.encoder = encoder
        self.share = share
        limits = EmbeddingLimits(
            items: 1024,
            tokensPerText: encoder.maxTokens,
            acceptsTokens: acceptsTokens,
            vocabulary: encoder.vocabulary,
            givesRawVectors: true
        )
        identity = EmbeddingModel(
            provider: name,
            name: encoder.modelName,
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
        card.prompts = encoder.prompts.named
        card.isMatryoshka = card.isMatryoshka || encoder.isMatryoshka
        return card
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel { identity }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        let encoded = try await encode(call.inputs, as: call.isNormalized ? .unitVector : .rawVector)
        return EmbeddingBatch(vectors: encoded.vectors, tokens: encoded.tokens)
    }

    private func encode(
        _ inputs: [EmbeddingInput],
        as output: TextEncoder.Output
    ) async throws(EmbeddingError) -> EncodedTexts {
        var encoderInputs: [EncoderInput] = []
        for input in inputs {
            switch input {
            case .text(let text): encoderInputs.append(.text(text))
            case .tokens(let ids): encoderInputs.append(.tokens(try tokens(ids)))
            }
        }
        do { return try await encoder.encode(encoderInputs, as: output) } catch { throw Self.error(error) }
    }

    /// - Throws: `.invalidInput` for an id that the model does not have.
    private func tokens(_ ids: [Int]) throws(EmbeddingError) -> [Int32] {
        var tokens: [Int32] = []
        for id in ids {
            guard (0..<encoder.vocabulary).contains(id) else {
                throw EmbeddingError(.invalidInput, "\(id) is none of the model's \(encoder.vocabulary) token ids")
            }
            tokens.append(Int32(id))
        }
        return tokens
    }

    func count(_ text: String) -> Int { encoder.countTokens(text) }

    func last(_ limit: Int, of text: String) -> [Int]? { encoder.lastTokens(of: text, limit: limit).map { Int($0) } }

    /// The encoder cuts between tokens, which is better than between characters.
    var cutsAt: Int? { encoder.maxTokens }

    static func error(_ error: InferenceError) -> EmbeddingError {
        switch error.code {
        case .cancelled: EmbeddingError(.cancelled, error.message)
        case .overloaded: EmbeddingError(.unavailable, error.message, retryAfter: .seconds(1))
        case .backend: EmbeddingError(.unavailable, error.message)
        case .modelNotFound, .invalidModel, .unsupportedModel, .unsupportedPrecision:
            EmbeddingError(.unknownModel, error.message)
        }
    }
}

extension BuiltInProvider: TokenSource {
    var tokenWidth: Int { encoder.width }

    func tokens(of text: String, special: Bool) -> [TextToken] {
        encoder.locatedTokens(of: text, special: special).map {
            TextToken(id: Int($0.id), text: $0.text, range: $0.range)
        }
    }

    func text(of ids: [Int], special: Bool) throws(EmbeddingError) -> String {
        encoder.text(of: try tokens(ids), special: special)
    }

    func tokenVectors(_ inputs: [EmbeddingInput]) async throws(EmbeddingError) -> [TokenVectors] {
        guard encoder.givesTokenVectors else {
            throw EmbeddingError(.unsupported, "this model has a vector for each text, and none for its tokens")
        }
        let vectors = try await encode(inputs, as: .tokenVectors).vectors
        return vectors.map { TokenVectors(values: $0, width: encoder.width) }
    }
}

extension BuiltInProvider {
    /// Loads the configured model and logs what it is computed with.
    /// - Throws: `.unknownModel` with what is wrong with the folder or its files; `.misconfigured` when the settings name
    ///   another model than the folder holds, or a size that it cannot give.
    convenience init(_ context: ProviderContext) throws(EmbeddingError) {
        let settings = context.settings
        let runtime = context.runtime
        let location = ModelLocation.embedding(context.namedModel, settings)
        let folder = try Self.folder(of: location, settings)
        let share = try runtime.reserve(modelDirectory: folder, name: location.modelName)
        let encoder: TextEncoder
        do {
            encoder = try TextEncoder(
                modelDirectory: folder,
                name: location.modelName,
                on: runtime.threads(),
                precision: runtime.precision
            )
        } catch {
            throw Self.error(error)
        }
        if folder == BuiltInSettings.folder(settings) {
            try Self.check(context.namedModel, is: encoder.modelName)
        }
        try ProviderContext.check(
            dimensions: settings[GatewaySettings.dimensions],
            native: encoder.dimensions,
            isMatryoshka: encoder.isMatryoshka ? true : ModelCard.named(encoder.modelName)?.isMatryoshka,
            of: encoder.modelName
        )
        context.logger.info(
            "loaded the built-in model",
            metadata: [
                "model": "\(encoder.modelName)",
                "precision": "\(encoder.precision.rawValue)",
                "products": "\(encoder.implementations.joined(separator: " "))",
                "kernels": "\(encoder.instructionSet)",
                "threads": .stringConvertible(runtime.count),
                "memory-mib": .stringConvertible(runtime.bound >> 20),
            ]
        )
        self.init(
            encoder: encoder,
            share: share,
            acceptsTokens: settings[GatewaySettings.tokenEncoding] == .model
        )
    }

    /// - Throws: `.unknownModel` when it is not in the cache.
    static func folder(of location: ModelLocation, _ settings: SettingValues) throws(EmbeddingError) -> String {
        switch location {
        case .folder(let path): return path
        case .hub(let reference):
            let cache = ModelCache(path: HubSettings.cacheDirectory(settings))
            if let model = cache.model(reference) { return model.folder }
            throw EmbeddingError(
                .unknownModel,
                "the model \(reference) is not in \(cache.path); `embed-star model pull \(reference)` fetches it"
            )
        }
    }

    /// A vector says whose it is: the folder's name is the model's, and a setting that says otherwise is a mistake, such
    /// as one that was meant for another provider. An owner, a tag, and the end of the name may be left out.
    static func check(_ given: String?, is name: String) throws(EmbeddingError) {
        guard let given else { return }
        let (wanted, held) = (ModelCard.base(of: given), ModelCard.base(of: name))
        guard wanted != held, !held.hasPrefix(wanted + "-") else { return }
        throw EmbeddingError(
            .misconfigured,
            "EMBEDDING_MODEL is \(given), but the built-in model is \(name): remove EMBEDDING_MODEL, name the model as "
                + "owner/name to fetch it, or name its provider in EMBEDDING_PROVIDER"
        )
    }
}
