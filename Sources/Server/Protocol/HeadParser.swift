import HTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads the request line and the header fields of one request (RFC 9112 §3, §5).
struct HeadParser {
    enum Result {
        case needsInput
        case message(RequestMessage)
    }

    /// A longer head is not kept to be recognized, in bytes.
    private static let recognizedSize = 1 << 10

    private let limits: HTTPServerConfiguration.Limits
    /// The request before, if its head is short.
    private var previous: RequestMessage?
    private var scanner = LineScanner()
    private var requestLine: RequestLine?
    private var emptyLines = 0
    private var fields: [HTTPRequestHead.FieldRange] = []
    private var fieldBytes = 0
    private var summary = FieldSummary()

    init(limits: HTTPServerConfiguration.Limits) { self.limits = limits }

    /// Whether nothing of a request has come in.
    var isEmpty: Bool { requestLine == nil && scanner.isEmpty }

    /// Whether the method is HEAD, also of a request that is refused before its head is complete.
    var isHead: Bool { requestLine?.method == .head || scanner.bytes.starts(with: "HEAD ".utf8) }

    mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(Refusal) -> Result {
        if isEmpty, let message = recognize(input, &position) { return .message(message) }
        while true {
            let limit = requestLine == nil ? limits.requestLine : min(limits.field, limits.fields - fieldBytes)
            switch scanner.next(input, &position, limit: limit) {
            case .needsInput: return .needsInput
            case .malformed: throw requestLine == nil ? .malformedRequestLine : .malformedField
            case .tooLong: throw requestLine == nil ? .requestLineTooLong : .fieldsTooLarge
            case .line(let line):
                if requestLine == nil {
                    try addRequestLine(line)
                } else if line.isEmpty {
                    return .message(try finish())
                } else {
                    try addField(line)
                }
            }
        }
    }

    /// Clients repeat themselves: what was made of a head holds for the same bytes again.
    private mutating func recognize(_ input: Span<UInt8>, _ position: inout Int) -> RequestMessage? {
        guard let previous else { return nil }
        let count = previous.head.bytes.count
        guard input.count - position >= count else { return nil }
        let isSame = input.withUnsafeBytes { input in
            previous.head.bytes.withUnsafeBytes { known in
                guard let start = input.baseAddress, let knownStart = known.baseAddress else { return false }
                return memcmp(start + position, knownStart, count) == 0
            }
        }
        guard isSame else { return nil }
        position += count
        emptyLines = 0
        return previous
    }

    private mutating func addRequestLine(_ line: Range<Int>) throws(Refusal) {
        if line.isEmpty {
            // RFC 9112 §2.2: an empty line or two before the request are forgiven.
            emptyLines += 1
            guard emptyLines <= 4 else { throw .malformedRequestLine }
            scanner.removeAll()
            return
        }
        requestLine = try RequestLine(scanner.bytes.span, line)
    }

    private mutating func addField(_ line: Range<Int>) throws(Refusal) {
        guard fields.count < limits.fieldCount else { throw .fieldsTooLarge }
        fieldBytes += line.count + 2
        guard fieldBytes <= limits.fields else { throw .fieldsTooLarge }
        let bytes = scanner.bytes
        let field = try HTTPRequestHead.FieldRange(bytes.span, line)
        try summary.add(bytes.span, field, at: fields.count)
        if fields.isEmpty { fields.reserveCapacity(8) }
        fields.append(field)
    }

    private mutating func finish() throws(Refusal) -> RequestMessage {
        guard let requestLine else { throw .malformedRequestLine }
        // RFC 9112 §3.2.2: the host of the target replaces that of the field.
        if let authority = requestLine.target.authority, let index = summary.hostIndex {
            fields[index].value = authority
        }
        guard let method = requestLine.method else {
            if summary.host == nil && requestLine.minorVersion > 0 { throw .invalidHost }
            throw requestLine.isConnect ? .connectNotAllowed : .unknownMethod
        }
        var taken: [HTTPRequestHead.FieldRange] = []
        swap(&taken, &fields)
        let head = HTTPRequestHead(
            method: method,
            bytes: scanner.take(),
            pathRange: requestLine.target.path,
            queryRange: requestLine.target.query,
            fields: taken
        )
        let message = try summary.message(
            head: head,
            minorVersion: requestLine.minorVersion,
            isServerWide: requestLine.isServerWide
        )
        self.requestLine = nil
        emptyLines = 0
        fieldBytes = 0
        summary = FieldSummary()
        previous = head.bytes.count <= Self.recognizedSize ? message : nil
        return message
    }
}

extension HTTPRequestHead.FieldRange {
    /// RFC 9112 §5: `field-name ":" OWS field-value OWS`, without folding.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
        var colon = line.lowerBound
        while colon < line.upperBound, ByteSet.token.contains(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            throw .malformedField
        }
        self.init(name: line.lowerBound..<colon, value: bytes.trimmed(colon + 1..<line.upperBound))
    }
}
