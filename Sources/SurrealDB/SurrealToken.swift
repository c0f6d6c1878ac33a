/// A bearer token as `signin` gives it: a JSON Web Token (RFC 7519).
struct SurrealToken: Sendable, Hashable {
    let text: String
    /// Seconds since 1970; nil when the token names no end.
    let expiry: Int64?

    init(_ text: String) {
        self.text = text
        expiry = Self.expiry(of: text)
    }

    /// Whether the token is good for another minute.
    func isFresh(at now: Int64) -> Bool { expiry.map { $0 - now > 60 } ?? true }

    /// The number behind `"exp":` in the payload, the second part.
    private static func expiry(of token: String) -> Int64? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = base64URL(parts[1]) else { return nil }
        guard let claim = payload.firstRange(of: Array("\"exp\":".utf8)) else { return nil }
        let digits = payload[claim.upperBound...].drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// RFC 4648, section 5, without padding.
    private static func base64URL(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text.utf8 {
            let six: UInt8
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): six = character - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): six = character - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): six = character - UInt8(ascii: "0") + 52
            case UInt8(ascii: "-"), UInt8(ascii: "+"): six = 62
            case UInt8(ascii: "_"), UInt8(ascii: "/"): six = 63
            case UInt8(ascii: "="): continue
            default: return nil
            }
            bits = bits << 6 | UInt32(six)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
