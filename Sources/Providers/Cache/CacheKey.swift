import Crypto
import EmbeddingCore

/// SHA-256 over everything a vector depends on: model identity, dimensions, input type, text; and whose it is.
struct CacheKey: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)
    private let partition: CachePartition

    /// What many keys have in common, hashed once.
    struct Scope {
        fileprivate let hash: SHA256
        fileprivate let partition: CachePartition

        /// - Parameter model: the identity at the dimensions wanted.
        init(model: EmbeddingModel, type: EmbeddingInputType, partition: CachePartition = .pipeline) {
            var hash = SHA256()
            var fingerprint = model.fingerprint
            fingerprint.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            // No fingerprint holds a zero byte, so nothing of it can be taken for a text's beginning.
            let kind: UInt8 =
                switch type {
                case .document: 0
                case .query: 1
                case .prompt: 2
                }
            withUnsafeBytes(of: (UInt8(0), kind)) { hash.update(bufferPointer: $0) }
            if case .prompt(var name) = type {
                withUnsafeBytes(of: name.utf8.count) { hash.update(bufferPointer: $0) }
                name.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            }
            self.hash = hash
            self.partition = partition
        }
    }

    /// - Parameter isUncut: whether an over-long text is sent whole, which gives another vector.
    init(_ input: EmbeddingInput, in scope: Scope, isUncut: Bool = false) {
        partition = scope.partition
        var hash = scope.hash
        switch input {
        case .text(var text):
            withUnsafeBytes(of: (UInt8(0), UInt8(isUncut ? 1 : 0))) { hash.update(bufferPointer: $0) }
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        case .tokens(let tokens):
            withUnsafeBytes(of: (UInt8(1), UInt8(isUncut ? 1 : 0))) { hash.update(bufferPointer: $0) }
            tokens.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
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
