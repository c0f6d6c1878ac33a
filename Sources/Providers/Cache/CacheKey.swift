import Crypto
import EmbeddingCore

/// SHA-256 over everything a vector depends on: model identity, dimensions, input type, text.
struct CacheKey: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameters:
    ///   - model: the identity at the dimensions wanted.
    ///   - variant: whatever else tells two vectors of one text apart.
    init(_ input: EmbeddingInput, type: EmbeddingInputType, model: EmbeddingModel, variant: UInt8 = 0) {
        var hash = SHA256()
        var scope = model.fingerprint
        scope.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        // No fingerprint holds a zero byte, so nothing of it can be taken for a text's beginning.
        let kind: (UInt8, UInt8, UInt8, UInt8)
        switch input {
        case .text: kind = (0, variant, type == .query ? 1 : 0, 0)
        case .tokens: kind = (0, variant, type == .query ? 1 : 0, 1)
        }
        withUnsafeBytes(of: kind) { hash.update(bufferPointer: $0) }
        switch input {
        case .text(var text): text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        case .tokens(let tokens): tokens.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
    }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
