import HTTP

/// Reads a chunked body (RFC 9112 §7.1).
struct ChunkedParser {
    enum Result {
        case needsInput
        /// So many bytes of the body are announced.
        case chunk(Int)
        /// Where in the input a piece of the body stands.
        case data(Range<Int>)
        case end
    }

    private enum State {
        case size(digits: Int)
        case extensionGap(after: Gap)
        case extensionName
        case extensionValue
        case quoted
        case escaped
        case afterQuoted
        case lineEnd
        case data
        case dataEnd
        case dataLineFeed
        case trailers
    }

    /// Where blanks stand in a chunk extension.
    private enum Gap {
        case size, semicolon, name, equals
    }

    private let limits: HTTPServerConfiguration.Limits
    private var state = State.size(digits: 0)
    /// Of the chunk size while that is read, then the bytes of the chunk that are still to come.
    private var remaining = 0
    private var extensionBytes = 0
    private var trailers = LineScanner()
    private var trailerBytes = 0

    init(limits: HTTPServerConfiguration.Limits) { self.limits = limits }

    mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(Refusal) -> Result {
        while position < input.count {
            switch state {
            case .data:
                let range = position..<min(input.count, position + remaining)
                remaining -= range.count
                position = range.upperBound
                if remaining == 0 { state = .dataEnd }
                return .data(range)
            case .trailers:
                return try nextTrailer(input, &position)
            default:
                try step(input[position])
                position += 1
                if case .data = state { return .chunk(remaining) }
            }
        }
        return .needsInput
    }

    private mutating func step(_ byte: UInt8) throws(Refusal) {
        switch state {
        case .size(let digits): try addSize(byte, digits: digits)
        case .lineEnd:
            guard byte == .lineFeed else { throw .malformedChunk }
            state = remaining == 0 ? .trailers : .data
        case .dataEnd:
            guard byte == .carriageReturn else { throw .malformedChunk }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == .lineFeed else { throw .malformedChunk }
            state = .size(digits: 0)
        case .data, .trailers: break
        case .extensionGap, .extensionName, .extensionValue, .quoted, .escaped, .afterQuoted:
            extensionBytes += 1
            guard extensionBytes <= limits.chunkExtensions else { throw .chunkExtensionsTooLarge }
            state = try afterExtension(byte)
        }
    }

    private mutating func addSize(_ byte: UInt8, digits: Int) throws(Refusal) {
        if let value = byte.hexadecimalValue {
            guard digits < 16, remaining <= Int.max >> 4 else { throw .malformedChunk }
            remaining = remaining << 4 | value
            state = .size(digits: digits + 1)
            return
        }
        guard digits > 0 else { throw .malformedChunk }
        if byte == .carriageReturn {
            state = .lineEnd
        } else {
            guard byte == UInt8(ascii: ";") || byte.isBlank else { throw .malformedChunk }
            extensionBytes += 1
            state = .extensionGap(after: byte.isBlank ? .size : .semicolon)
        }
    }

    /// RFC 9112 §7.1.1: `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
    private func afterExtension(_ byte: UInt8) throws(Refusal) -> State {
        let isToken = ByteSet.token.contains(byte)
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): return .afterQuoted
        case (.quoted, UInt8(ascii: "\\")): return .escaped
        case (.quoted, _), (.escaped, _):
            guard byte.isText else { throw .malformedChunk }
            return .quoted
        case (.extensionGap(.equals), UInt8(ascii: "\"")): return .quoted
        case (.extensionGap(.equals), _) where isToken: return .extensionValue
        case (.extensionGap(.semicolon), _) where isToken: return .extensionName
        case (.extensionName, _) where isToken: return .extensionName
        case (.extensionValue, _) where isToken: return .extensionValue
        case (.extensionGap, UInt8.space), (.extensionGap, UInt8.tab): return state
        case (.extensionName, UInt8.space), (.extensionName, UInt8.tab): return .extensionGap(after: .name)
        case (.extensionName, UInt8(ascii: "=")), (.extensionGap(.name), UInt8(ascii: "=")):
            return .extensionGap(after: .equals)
        case (.extensionValue, UInt8.space), (.extensionValue, UInt8.tab), (.afterQuoted, UInt8.space),
            (.afterQuoted, UInt8.tab):
            return .extensionGap(after: .size)
        case (.extensionGap(.size), UInt8(ascii: ";")), (.extensionGap(.name), UInt8(ascii: ";")),
            (.extensionName, UInt8(ascii: ";")), (.extensionValue, UInt8(ascii: ";")),
            (.afterQuoted, UInt8(ascii: ";")):
            return .extensionGap(after: .semicolon)
        case (.extensionName, UInt8.carriageReturn), (.extensionValue, UInt8.carriageReturn),
            (.afterQuoted, UInt8.carriageReturn):
            return .lineEnd
        default: throw .malformedChunk
        }
    }

    /// Trailer fields are checked and dropped: none of them means anything here (RFC 9110 §6.5.1).
    private mutating func nextTrailer(_ input: Span<UInt8>, _ position: inout Int) throws(Refusal) -> Result {
        while true {
            switch trailers.next(input, &position, limit: limits.trailers - trailerBytes) {
            case .needsInput: return .needsInput
            case .malformed: throw .malformedField
            case .tooLong: throw .fieldsTooLarge
            case .line(let line):
                if line.isEmpty { return .end }
                _ = try HTTPRequestHead.FieldRange(trailers.bytes.span, line)
                trailerBytes += line.count + 2
                guard trailerBytes <= limits.trailers else { throw .fieldsTooLarge }
                trailers.removeAll()
            }
        }
    }
}
