import HTTP
import JSON

/// How a request shows its key.
enum Credentials {
    /// The key of `Authorization: Bearer` (RFC 6750 §2.1) or Basic, where it is the password (RFC 7617), else of
    /// `X-Api-Key` or Azure's `Api-Key`; nil without any. Schemes that are not understood count as absent.
    /// - Throws: `APIError` 400 for more than one `Authorization` (RFC 9110 §5.3, §11.6.2).
    static func key(of head: HTTPRequestHead) throws -> ArraySlice<UInt8>? {
        if let range = head.valueRange(of: "authorization") {
            guard head.headers("authorization").count == 1 else { throw APIError.repeatedCredentials }
            if let key = key(ofAuthorization: head.bytes[range]) { return key }
        }
        return (head.valueRange(of: "x-api-key") ?? head.valueRange(of: "api-key")).map { head.bytes[$0] }
    }

    /// `auth-scheme 1*SP token68`, the scheme compared without case (RFC 9110 §11.4).
    private static func key(ofAuthorization value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let space = UInt8(ascii: " ")
        guard let end = value.firstIndex(of: space),
            let start = value[end...].firstIndex(where: { $0 != space })
        else { return nil }
        let (scheme, token) = (value[..<end], value[start...])
        if scheme.isEqual("bearer") { return token }
        return scheme.isEqual("basic") ? password(token) : nil
    }

    /// Any user will do.
    private static func password(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let pair = Base64.bytes(String(decoding: token, as: UTF8.self)),
            let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return pair[(colon + 1)...]
    }
}

extension ArraySlice<UInt8> {
    /// Compares without case.
    /// - Parameter text: in lower case.
    fileprivate func isEqual(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && zip(self, UnsafeBufferPointer(start: text.utf8Start, count: count)).allSatisfy { $0 | 0x20 == $1 }
    }
}

extension APIError {
    fileprivate static var repeatedCredentials: APIError {
        var error = badRequest("the request has more than one Authorization header")
        error.challenge = .invalidRequest
        return error
    }
}
