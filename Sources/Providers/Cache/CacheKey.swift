import Crypto
import EmbeddingCore

/// SHA-256 over everything a vector depends on: model identity, dimensions, length, prompt, text; and whose it is.
struct CacheKey: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)
    private let partition: CachePartition

    /// What many keys have in common, hashed once.
    struct Scope {
        fileprivate let hash: SHA256
        fileprivate let partition: CachePartition

        /// - Parameters:
        ///   - model: the identity at the dimensions wanted.
        ///   - promptName: nil for the prompt of the type.
        init(
            model: EmbeddingModel,
            type: EmbeddingInputType,
            promptName: String? = nil,
            isNormalized: Bool = true,
            partition: CachePartition = .pipeline
        ) {
            var hash = SHA256()
            var fingerprint = model.fingerprint
            fingerprint.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            // No fingerprint holds a zero byte, so nothing of it can be taken for a text's beginning.
            let kind = UInt8(type == .query ? 1 : 0) | (isNormalized ? 0 : 2) | (promptName == nil ? 0 : 4)
            withUnsafeBytes(of: (UInt8(0), kind)) { hash.update(bufferPointer: $0) }
            if let promptName { hash.update(data: Array(promptName.utf8) + [0]) }
            self.hash = hash
            self.partition = partition
        }
    }

    /// Of what may be over-long, what is done with it: each gives another vector.
    enum Cut: UInt8 { case right, left, none }

    init(_ input: EmbeddingInput, in scope: Scope, cut: Cut = .right) {
        partition = scope.partition
        var hash = scope.hash
        switch input {
        case .text(var text):
            withUnsafeBytes(of: (UInt8(0), cut.rawValue)) { hash.update(bufferPointer: $0) }
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        case .tokens(let tokens):
            withUnsafeBytes(of: (UInt8(1), cut.rawValue)) { hash.update(bufferPointer: $0) }
            tokens.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
    }

    /// The keys that a look-up left in a request; nil unless they are of this model.
    static func kept(in request: EmbeddingRequest, for model: EmbeddingModel) -> [CacheKey]? {
        guard let kept = request.keys, kept.model == model, kept.words.count == 4 * request.inputs.count else {
            return nil
        }
        return stride(from: 0, to: kept.words.count, by: 4).map { place in
            let words = kept.words
            return CacheKey((words[place], words[place + 1], words[place + 2], words[place + 3]), request.partition)
        }
    }

    private init(_ words: (UInt64, UInt64, UInt64, UInt64), _ partition: CachePartition) {
        self.words = words
        self.partition = partition
    }

    static func keep(_ keys: [CacheKey], in request: inout EmbeddingRequest, for model: EmbeddingModel) {
        let words = keys.flatMap { [$0.words.0, $0.words.1, $0.words.2, $0.words.3] }
        request.keys = InputKeys(model: model, words: words)
    }

    static func == (left: Self, right: Self) -> Bool {
        left.words == right.words && left.partition == right.partition
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(partition)
    }
}
