import Crypto
import EmbeddingCore
import HTTP

/// The bearer keys that open the API (RFC 6750 §2.1). Every key is compared in full, so that the time tells nothing
/// of how near a guess came.
struct KeyRing: Sendable {
    private struct Key: Sendable {
        let bytes: [UInt8]
        let fingerprint: String
        let seesPrivate: Bool

        init(_ text: String, seesPrivate: Bool) {
            bytes = Array(text.utf8)
            fingerprint = String(SHA256.hexadecimal(of: bytes).prefix(16))
            self.seesPrivate = seesPrivate
        }
    }

    private let keys: [Key]

    /// - Parameters:
    ///   - apiKeys: open the API.
    ///   - privateSearchKeys: open the API and show private repos.
    init(apiKeys: [String], privateSearchKeys: [String]) {
        let ordinary = apiKeys.filter { !privateSearchKeys.contains($0) }
        keys =
            ordinary.map { Key($0, seesPrivate: false) } + privateSearchKeys.map { Key($0, seesPrivate: true) }
        isClosed = !apiKeys.isEmpty
    }

    /// Whether a key is needed at all.
    let isClosed: Bool

    /// How many callers can be told apart, the one without a key included.
    var callers: Int { keys.count + 1 }

    /// Who shows the request's key.
    /// - Throws: `APIError` 401 when keys are configured and it shows none of them.
    func caller(of head: HTTPRequestHead) throws -> Caller {
        guard !keys.isEmpty else { return Caller() }
        guard let range = head.valueRange(of: "authorization") else {
            guard isClosed else { return Caller() }
            throw APIError(.unauthorized, .authentication, "an API key is needed: Authorization: Bearer KEY")
        }
        let found = head.bytes.withUnsafeBufferPointer { bytes in
            Self.token(UnsafeBufferPointer(rebasing: bytes[range])).flatMap(index)
        }
        if let found {
            return Caller(key: found, fingerprint: keys[found].fingerprint, seesPrivate: keys[found].seesPrivate)
        }
        guard isClosed else { return Caller() }
        throw APIError(.unauthorized, .authentication, "the API key is not one of this server's")
    }

    /// What follows `Bearer`, compared without case.
    private static func token(_ value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        let scheme: StaticString = "bearer "
        guard value.count > scheme.utf8CodeUnitCount else { return nil }
        for index in 0..<scheme.utf8CodeUnitCount where value[index] | 0x20 != scheme.utf8Start[index] { return nil }
        return UnsafeBufferPointer(rebasing: value[scheme.utf8CodeUnitCount...])
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
