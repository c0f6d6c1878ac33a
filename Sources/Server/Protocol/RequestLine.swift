import HTTP

/// `method SP request-target SP HTTP-version` (RFC 9112 §3).
struct RequestLine {
    /// nil for a well-formed method that the server does not know, and for CONNECT.
    var method: HTTPMethod?
    /// Whether a tunnel is asked for, which this server is no end of (RFC 9110 §9.3.6).
    var isConnect: Bool
    var target: RequestTarget
    var minorVersion: Int
    /// Whether the target is `*`.
    var isServerWide: Bool

    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
        var index = line.lowerBound
        while index < line.upperBound, ByteSet.token.contains(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == .space else {
            throw .malformedRequestLine
        }
        let name = bytes.extracting(line.lowerBound..<index)
        method = HTTPMethod(name)
        isConnect = method == nil && name.isExactly("CONNECT")
        let start = index + 1
        index = start
        while index < line.upperBound, bytes[index] != .space { index += 1 }
        minorVersion = try Self.minorVersion(bytes, min(index + 1, line.upperBound)..<line.upperBound)
        // Whatever the target of a CONNECT is, nothing is done with it.
        target =
            isConnect
            ? RequestTarget(path: start..<index, query: index..<index)
            : try RequestTarget(bytes, start..<index, isOptions: method == .options)
        isServerWide = !isConnect && bytes[target.path.lowerBound] == UInt8(ascii: "*")
    }

    /// RFC 9112 §2.3; a later minor version is read as 1.1.
    private static func minorVersion(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> Int {
        let start = range.lowerBound
        guard range.count == 8, bytes[start] == UInt8(ascii: "H"), bytes[start + 1] == UInt8(ascii: "T"),
            bytes[start + 2] == UInt8(ascii: "T"), bytes[start + 3] == UInt8(ascii: "P"),
            bytes[start + 4] == UInt8(ascii: "/"), bytes[start + 5].isDigit, bytes[start + 6] == UInt8(ascii: "."),
            bytes[start + 7].isDigit
        else { throw .malformedRequestLine }
        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return min(Int(bytes[start + 7]) - 0x30, 1)
    }
}

extension HTTPMethod {
    /// Methods are compared with case (RFC 9110 §9.1).
    init?(_ bytes: Span<UInt8>) {
        guard let (name, method) = Self.candidate(bytes), bytes.isExactly(name) else { return nil }
        self = method
    }

    /// The only method that starts in this way.
    private static func candidate(_ bytes: Span<UInt8>) -> (StaticString, HTTPMethod)? {
        guard bytes.count > 1 else { return nil }
        return switch (bytes[0], bytes[1]) {
        case (UInt8(ascii: "G"), _): ("GET", .get)
        case (UInt8(ascii: "H"), _): ("HEAD", .head)
        case (UInt8(ascii: "P"), UInt8(ascii: "O")): ("POST", .post)
        case (UInt8(ascii: "P"), UInt8(ascii: "U")): ("PUT", .put)
        case (UInt8(ascii: "P"), UInt8(ascii: "A")): ("PATCH", .patch)
        case (UInt8(ascii: "D"), _): ("DELETE", .delete)
        case (UInt8(ascii: "O"), _): ("OPTIONS", .options)
        case (UInt8(ascii: "T"), _): ("TRACE", .trace)
        case (UInt8(ascii: "Q"), _): ("QUERY", .query)
        default: nil
        }
    }
}
