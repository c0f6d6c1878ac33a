import Crypto
import EmbeddingCore
import HTTP

/// A document that stays the same for the life of the process. Clients keep it, and ask whether it is still the same.
struct StaticDocument: Sendable {
    private let response: HTTPResponse
    private let unchanged: HTTPResponse
    private let tag: String

    /// - Parameter headers: fields that go out with it.
    init(_ bytes: [UInt8], contentType: String, headers: [(name: String, value: String)] = []) {
        // Weak, because gzip makes other bytes of the same document (RFC 9110 §8.8.1).
        tag = "W/\"\(SHA256.hexadecimal(of: bytes).prefix(16))\""
        var fields: HTTPHeaders = ["ETag": tag, "Cache-Control": "no-cache"]
        unchanged = HTTPResponse(304, headers: fields)
        fields.append("Content-Type", contentType)
        for header in headers { fields.append(header.name, header.value) }
        response = HTTPResponse(.ok, headers: fields, body: .bytes(bytes))
    }

    /// 304 when the client has it already (RFC 9110 §13.1.2).
    func answer(_ head: HTTPRequestHead) -> HTTPResponse {
        head.headers("if-none-match").contains { EntityTags.list($0, names: tag) } ? unchanged : response
    }
}
