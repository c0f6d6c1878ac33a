import EmbeddingCore

/// A small reproducible generator (SplitMix64).
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

enum Samples {
    static let model = EmbeddingModel(provider: "builtin", name: "small", dimensions: 4)
    static let limits = EmbeddingLimits(items: 64, tokensPerText: 256)

    static func document(_ number: Int, _ words: String = "", isPrivate: Bool = false) -> Document {
        let label = "document \(number)"
        return Document(id: QueueModel.id(number), label: label, text: "\(label): \(words)", isPrivate: isPrivate)
    }

    /// What was given to `document`.
    static func words(of document: Document?) -> String? {
        document.map { String($0.text.dropFirst($0.label.count + 2)) }
    }

    /// A vector that tells its text and model apart from all others.
    static func vector(of text: String, model: EmbeddingModel) -> Embedding? {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in (text + model.fingerprint).utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        var random = SeededRandom(seed: hash)
        let values = (0..<model.dimensions).map { _ in Float.random(in: 0.1...1, using: &random) }
        return try? Embedding(validating: values, dimensions: model.dimensions)
    }
}
