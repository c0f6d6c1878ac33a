import HTTP

/// What the header fields of a request say about its framing and its connection, gathered field by field.
struct FieldSummary {
    private(set) var host: Range<Int>?
    private(set) var hostIndex: Int?
    private var contentLength: Int?
    private var isChunked = false
    private var closes = false
    private var keepsAlive = false
    private var expectsContinue = false
    private var expectsOther = false
    private var coding = RequestMessage.Coding.identity
    private var hasUnknownCoding = false

    /// - Parameters:
    ///   - bytes: the head.
    ///   - field: where the field stands in it.
    ///   - index: its number.
    mutating func add(_ bytes: Span<UInt8>, _ field: HTTPRequestHead.FieldRange, at index: Int) throws(Refusal) {
        let name = bytes.extracting(field.name)
        switch name.count {
        case 4 where name.isEqual("host"):
            guard host == nil, HostRule.isValid(bytes.extracting(field.value)) else { throw .invalidHost }
            host = field.value
            hostIndex = index
        case 6 where name.isEqual("expect"):
            if bytes.extracting(field.value).isEqual("100-continue") {
                expectsContinue = true
            } else {
                expectsOther = true
            }
        case 10 where name.isEqual("connection"):
            addConnection(bytes, field.value)
        case 14 where name.isEqual("content-length"):
            guard contentLength == nil else { throw .invalidContentLength }
            contentLength = try Self.length(bytes.extracting(field.value))
        case 16 where name.isEqual("content-encoding"):
            addCoding(bytes.extracting(field.value))
        case 17 where name.isEqual("transfer-encoding"):
            guard !isChunked, bytes.extracting(field.value).isEqual("chunked") else { throw .invalidTransferEncoding }
            isChunked = true
        default: break
        }
    }

    /// The message that these fields belong to.
    func message(head: HTTPRequestHead, minorVersion: Int, isServerWide: Bool) throws(Refusal) -> RequestMessage {
        // RFC 9112 §6.1: framing that an intermediary could have read in another way is not trusted.
        if isChunked && minorVersion == 0 { throw .invalidTransferEncoding }
        if isChunked && contentLength != nil { throw .conflictingFraming }
        // RFC 9112 §3.2.
        if host == nil && minorVersion > 0 { throw .invalidHost }
        if expectsOther && minorVersion > 0 { throw .unmetExpectation }
        let framing: RequestMessage.Framing =
            isChunked ? .chunked : contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none
        return RequestMessage(
            head: head,
            minorVersion: minorVersion,
            framing: framing,
            coding: framing == .none ? .identity : hasUnknownCoding ? .unknown : coding,
            keepsAlive: !closes && (minorVersion > 0 || keepsAlive),
            expectsContinue: expectsContinue && minorVersion > 0 && framing != .none,
            isServerWide: isServerWide
        )
    }

    /// RFC 9110 §7.6.1: a list of options, of which two matter here.
    private mutating func addConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        for index in value.lowerBound...value.upperBound
        where index == value.upperBound || bytes[index] == UInt8(ascii: ",") {
            let option = bytes.extracting(bytes.trimmed(start..<index))
            if option.isEqual("close") { closes = true }
            if option.isEqual("keep-alive") { keepsAlive = true }
            start = index + 1
        }
    }

    private mutating func addCoding(_ value: Span<UInt8>) {
        if value.isEmpty || value.isEqual("identity") { return }
        guard coding == .identity, value.isEqual("gzip") || value.isEqual("x-gzip") else {
            hasUnknownCoding = true
            return
        }
        coding = .gzip
    }

    /// RFC 9110 §8.6: digits only.
    private static func length(_ value: Span<UInt8>) throws(Refusal) -> Int {
        guard !value.isEmpty else { throw .invalidContentLength }
        var length = 0
        for index in 0..<value.count {
            guard value[index].isDigit else { throw .invalidContentLength }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(value[index] - 0x30))
            guard !overflow, !carry else { throw .invalidContentLength }
            length = sum
        }
        return length
    }
}
