import Crypto
import EmbeddingCore
import HTTP

/// The keys that open the API. Every key is compared in full, so that the time tells nothing of how near a guess came.
struct KeyRing: Sendable {
    private struct Key: Sendable {
        let bytes: [UInt8]
        let caller: Caller
    }

    private let keys: [Key]
    /// Whether a key is needed at all.
    let isClosed: Bool

    init(_ lists: APIKeys) {
        var seen: Set<String> = []
        let distinct = lists.texts.filter { seen.insert($0).inserted }
        keys = distinct.enumerated().map { index, text in
            let bytes = Array(text.utf8)
            let fingerprint = String(SHA256.hexadecimal(of: bytes).prefix(16))
            let caller = Caller(
                key: index,
                fingerprint: fingerprint,
                scopes: lists.scopes(of: text),
                seesPrivate: lists.privateSearch.contains(text),
                partition: UInt64(fingerprint, radix: 16).map(CachePartition.init) ?? .anybody
            )
            return Key(bytes: bytes, caller: caller)
        }
        isClosed = lists.isClosed
    }

    var count: Int { keys.count }

    /// Who shows the request's key.
    /// - Throws: `APIError` 401 when keys are configured and it shows none of them; 400 when it shows several.
    func caller(of head: HTTPRequestHead) throws -> Caller {
        guard !keys.isEmpty else { return .anybody }
        guard let shown = try Credentials.key(of: head) else {
            guard isClosed else { return .anybody }
            throw APIError.unauthorized("an API key is needed: Authorization: Bearer KEY", .missingKey)
        }
        if let found = shown.withUnsafeBufferPointer(index) { return keys[found].caller }
        guard isClosed else { return .anybody }
        throw APIError.unauthorized("the API key is not one of this server's", .invalidToken)
    }

    private func index(_ token: UnsafeBufferPointer<UInt8>) -> Int? {
        var found: Int?
        for (index, key) in keys.enumerated() where Self.areEqual(token, key.bytes) { found = index }
        return found
    }

    /// Compares in a time that depends on the length of `token` alone.
    private static func areEqual(_ token: UnsafeBufferPointer<UInt8>, _ key: [UInt8]) -> Bool {
        guard !key.isEmpty else { return false }
        var difference = UInt(bitPattern: token.count ^ key.count)
        for index in token.indices { difference |= UInt(token[index] ^ key[index % key.count]) }
        return difference == 0
    }
}

extension APIError {
    fileprivate static func unauthorized(_ detail: String, _ challenge: Challenge) -> APIError {
        var error = APIError(.unauthorized, .authentication, detail)
        error.challenge = challenge
        return error
    }
}
