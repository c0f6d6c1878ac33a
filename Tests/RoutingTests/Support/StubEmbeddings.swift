import EmbeddingCore
import Synchronization

@testable import Routing

/// Embeds a text as its UTF-8 length and position-independent constants, so that answers can be told apart.
final class StubEmbeddings: EmbeddingService {
    static let model = EmbeddingModel(provider: "builtin", name: "stub-model", dimensions: 3, revision: "abc")

    struct State {
        var limits = EmbeddingLimits(items: 64, tokensPerText: 256)
        var isCached = false
        var failure: EmbeddingError?
        var requests: [EmbeddingRequest] = []
        var dimensions = 3
        var showsTokens = true
    }

    let state = Mutex(State())

    var requests: [EmbeddingRequest] { state.withLock(\.requests) }
    var limits: EmbeddingLimits { state.withLock(\.limits) }
    var providerState: ProviderState { .ready }
    var knownModel: EmbeddingModel? { nil }

    func model() async throws(EmbeddingError) -> EmbeddingModel { Self.model }

    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? {
        guard state.withLock(\.isCached) else { return nil }
        return result(request, .hit)
    }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        state.withLock { $0.requests.append(request) }
        if let failure = state.withLock(\.failure) { throw failure }
        return result(request, .miss)
    }

    func tokenModel() async throws(EmbeddingError) -> any TokenModel {
        guard state.withLock(\.showsTokens) else { throw EmbeddingError.unknownTokens }
        return StubTokens(embeddings: self)
    }

    private func result(_ request: EmbeddingRequest, _ cache: EmbeddingResult.CacheUse) -> EmbeddingResult {
        let dimensions = request.dimensions ?? state.withLock(\.dimensions)
        return EmbeddingResult(
            embeddings: request.inputs.map { input in
                Result { () throws(EmbeddingError) in
                    if input == .text("") || input == .tokens([]) { throw EmbeddingError(.invalidInput, "it is empty") }
                    return try Embedding(
                        validating: Self.vector(input, dimensions),
                        dimensions: dimensions,
                        normalized: false
                    )
                }
            },
            model: EmbeddingModel(provider: "builtin", name: "stub-model", dimensions: dimensions, revision: "abc"),
            tokens: request.inputs.count * 4,
            cache: cache,
            queueTime: .milliseconds(1),
            providerTime: .milliseconds(2)
        )
    }

    static func vector(_ input: EmbeddingInput, _ dimensions: Int) -> [Float] {
        let seed: Int
        switch input {
        case .text(let text): seed = text.utf8.count
        case .tokens(let ids): seed = ids.reduce(0, +)
        }
        return (0..<dimensions).map { $0 == 0 ? Float(seed) : Float($0) / 8 }
    }
}

/// A token for each scalar between two special ones; its id is the scalar, its vector the place and a quarter.
struct StubTokens: TokenModel {
    let embeddings: StubEmbeddings

    func tokens(
        of texts: [String],
        promptName: String?,
        special: Bool
    ) async throws(EmbeddingError) -> [[TextToken]] {
        texts.map { text in
            let text = (promptName.map { $0 + " " } ?? "") + text
            let tokens = text.unicodeScalars.enumerated().map {
                TextToken(id: Int($1.value), text: String($1), range: $0..<$0 + 1)
            }
            let end = TextToken(id: 0, text: "[END]", range: nil)
            return special ? [end] + tokens + [end] : tokens
        }
    }

    func texts(of lists: [[Int]], special: Bool) async throws(EmbeddingError) -> [String] {
        guard lists.joined().allSatisfy({ $0 < 128 }) else {
            throw EmbeddingError(.invalidInput, "128 is none of the tokens")
        }
        return lists.map { ids in
            String(decoding: ids.filter { $0 != 0 }.map { UInt8($0) }, as: UTF8.self) + (special ? "[END]" : "")
        }
    }

    func vectors(_ request: EmbeddingRequest) async throws(EmbeddingError) -> [TokenVectors] {
        embeddings.state.withLock { $0.requests.append(request) }
        return request.inputs.map { input in
            guard case .text(let text) = input else { return TokenVectors(values: [], width: 2) }
            let values = (0..<text.unicodeScalars.count).flatMap { place -> [Float] in [Float(place), 0.25] }
            return TokenVectors(values: values, width: 2)
        }
    }
}
