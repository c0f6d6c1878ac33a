import EmbeddingCore
import Synchronization

/// A provider whose answers are a function, which remembers its calls and can hold them up.
final class ScriptedProvider: EmbeddingProvider {
    typealias Script =
        @Sendable (_ inputs: [EmbeddingInput], _ call: Int) async throws(EmbeddingError) ->
        EmbeddingBatch

    let name: ProviderName
    let modelName: String
    let limits: EmbeddingLimits
    private let script: Script
    private let identity: Mutex<EmbeddingModel>
    private let calls = Mutex<[ProviderCall]>([])

    init(
        name: ProviderName = "openai",
        model: String = "scripted",
        dimensions: Int = 4,
        limits: EmbeddingLimits = EmbeddingLimits(items: 64, tokensPerText: 512, acceptsTokens: true),
        script: @escaping Script = { inputs, _ in ScriptedProvider.answer(inputs) }
    ) {
        self.name = name
        modelName = model
        self.limits = limits
        self.script = script
        identity = Mutex(EmbeddingModel(provider: name, name: model, dimensions: dimensions))
    }

    /// The inputs of every call.
    var received: [[EmbeddingInput]] { requests.map(\.inputs) }
    var requests: [ProviderCall] { calls.withLock { $0 } }

    func become(_ model: EmbeddingModel) { identity.withLock { $0 = model } }

    func model() async throws(EmbeddingError) -> EmbeddingModel { identity.withLock { $0 } }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        let number = calls.withLock { calls in
            calls.append(call)
            return calls.count
        }
        return try await script(call.inputs, number)
    }

    static func answer(_ inputs: [EmbeddingInput], dimensions: Int = 4) -> EmbeddingBatch {
        EmbeddingBatch(vectors: inputs.map { vector(for: $0, dimensions: dimensions) }, tokens: 0)
    }

    /// A vector of unit length that depends on the text alone.
    static func vector(for input: EmbeddingInput, dimensions: Int = 4) -> [Float] {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        let bytes: [UInt8]
        switch input {
        case .text(let text): bytes = Array(text.utf8)
        case .tokens(let tokens): bytes = tokens.flatMap { withUnsafeBytes(of: $0) { Array($0) } }
        }
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let values = (0..<dimensions).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
        }
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / norm }
    }
}
