import HTTP

/// The parameters of a query, decoded as `application/x-www-form-urlencoded`.
struct QueryItems: Sendable {
    private(set) var values: [String: String] = [:]
    /// Names that stand in the query more than once.
    private(set) var repeated: [String] = []

    /// - Throws: `APIError` 400 when the encoding is broken.
    init(_ head: HTTPRequestHead) throws {
        guard let items = Self(encoded: head.bytes[head.queryRange]) else {
            throw APIError.badRequest("the query string is not valid percent-encoded UTF-8")
        }
        self = items
    }

    /// Nil when the encoding is broken.
    init?(encoded bytes: ArraySlice<UInt8>) {
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]), let value = Self.decode(halves.count == 2 ? halves[1] : [])
            else { return nil }
            if values.updateValue(value, forKey: name) != nil { repeated.append(name) }
        }
    }

    /// Those of `names` that are not blank, each but once.
    func filled(_ names: [String]) -> QueryItems {
        var result = self
        result.repeated = []
        result.values = values.filter { names.contains($0) && !$1.allSatisfy(\.isWhitespace) }
        return result
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.withUnsafeBufferPointer { PercentEncoding.decode($0, plusIsSpace: true) }
    }
}
