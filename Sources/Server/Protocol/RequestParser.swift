import HTTP

/// Turns the bytes of a connection into requests (RFC 9112). It holds no input but the unfinished line and head.
struct RequestParser {
    enum Event {
        case needsInput
        case head(RequestMessage)
        /// So many bytes of the body are announced, on top of those before.
        case announced(Int)
        /// Where in the input a piece of the body stands.
        case body(Range<Int>)
        case end
    }

    private enum State {
        case head
        case length(remaining: Int)
        case chunked
        case end
    }

    private let limits: HTTPServerConfiguration.Limits
    private var head: HeadParser
    private var chunks: ChunkedParser
    private var state = State.head

    init(limits: HTTPServerConfiguration.Limits) {
        self.limits = limits
        head = HeadParser(limits: limits)
        chunks = ChunkedParser(limits: limits)
    }

    /// Whether no byte of the next request has come in.
    var isBetweenRequests: Bool {
        if case .head = state { head.isEmpty } else { false }
    }

    /// Whether the request whose head is being read is a HEAD.
    var isHead: Bool {
        if case .head = state { head.isHead } else { false }
    }

    /// Bytes of the body that are still to come, nil when that is not known.
    var remainingBody: Int? {
        switch state {
        case .length(let remaining): remaining
        case .head, .end: 0
        case .chunked: nil
        }
    }

    /// Takes the end of a request without a body as read.
    mutating func endWithoutBody() {
        if case .end = state { state = .head }
    }

    /// - Parameter position: where in the input to continue; moved past what was understood.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(Refusal) -> Event {
        switch state {
        case .head:
            guard case .message(let message) = try head.next(input, &position) else { return .needsInput }
            switch message.framing {
            case .none: state = .end
            case .length(let length): state = .length(remaining: length)
            case .chunked:
                chunks = ChunkedParser(limits: limits)
                state = .chunked
            }
            return .head(message)
        case .length(let remaining):
            guard position < input.count else { return .needsInput }
            let range = position..<min(input.count, position + remaining)
            position = range.upperBound
            state = range.count == remaining ? .end : .length(remaining: remaining - range.count)
            return .body(range)
        case .chunked:
            switch try chunks.next(input, &position) {
            case .needsInput: return .needsInput
            case .chunk(let size): return .announced(size)
            case .data(let range): return .body(range)
            case .end:
                state = .head
                return .end
            }
        case .end:
            state = .head
            return .end
        }
    }
}
