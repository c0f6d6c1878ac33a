import HTTP

/// Where the parts of a request target stand (RFC 9112 §3.2).
struct RequestTarget {
    var path: Range<Int>
    var query: Range<Int>
    /// The host of an absolute-form target, which outranks the field `Host`.
    var authority: Range<Int>?

    init(path: Range<Int>, query: Range<Int>) {
        self.path = path
        self.query = query
    }

    /// - Parameters:
    ///   - bytes: the request line.
    ///   - range: where the target stands in it.
    ///   - isOptions: whether `*` is allowed.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, isOptions: Bool) throws(Refusal) {
        try Self.checkAlphabet(bytes, range)
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            (path, query) = Self.split(bytes, range)
        } else if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*"), isOptions {
            path = range
            query = range.upperBound..<range.upperBound
        } else {
            let start = try Self.endOfScheme(bytes, range)
            let end = range[start...].first { Self.endsAuthority(bytes[$0]) } ?? range.upperBound
            guard HostRule.isValid(bytes.extracting(start..<end)) else { throw .malformedTarget }
            authority = start..<end
            (path, query) = Self.split(bytes, end..<range.upperBound)
            // An empty path means `/`; the second slash of the scheme is one.
            if path.isEmpty { path = start - 1..<start }
        }
    }

    private static func checkAlphabet(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
        guard !range.isEmpty else { throw .malformedRequestLine }
        for index in range {
            guard ByteSet.target.contains(bytes[index]) else { throw .malformedTarget }
            guard bytes[index] == UInt8(ascii: "%") else { continue }
            guard index + 2 < range.upperBound, let high = bytes[index + 1].hexadecimalValue,
                let low = bytes[index + 2].hexadecimalValue, high | low != 0
            else { throw .malformedTarget }
        }
    }

    private static func split(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (path: Range<Int>, query: Range<Int>) {
        for index in range where bytes[index] == UInt8(ascii: "?") {
            return (range.lowerBound..<index, index + 1..<range.upperBound)
        }
        return (range, range.upperBound..<range.upperBound)
    }

    private static func endOfScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> Int {
        for (scheme, length) in [("http://" as StaticString, 7), ("https://", 8)] where range.count > length {
            let end = range.lowerBound + length
            if bytes.extracting(range.lowerBound..<end).isEqual(scheme) { return end }
        }
        throw .malformedTarget
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?")
    }
}
