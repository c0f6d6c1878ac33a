import HTTP

/// A request's body on its way to the responder: expanded, counted, and bounded.
struct RequestBody {
    /// A streamed body is not read on while so many bytes wait for the responder.
    static let highWater = 64 << 10

    let isStreamed: Bool
    /// What the responder has not taken yet.
    private(set) var bytes: [UInt8] = []
    private let limit: Int
    private var total = 0
    private let inflater: Inflater?

    init(policy: BodyPolicy, coding: RequestMessage.Coding) throws(Refusal) {
        switch policy {
        case .collect(let limit):
            isStreamed = false
            self.limit = limit
        case .stream(let limit):
            isStreamed = true
            self.limit = limit ?? .max
        }
        inflater = coding == .gzip ? try Inflater() : nil
    }

    /// Whether the responder has to take something before more is read.
    var isFull: Bool { isStreamed && (bytes.count >= Self.highWater || inflater?.isDrained == false) }

    /// Whether all input given so far has been expanded.
    var isDrained: Bool { inflater?.isDrained ?? true }

    mutating func append(_ piece: Span<UInt8>) throws(Refusal) {
        guard let inflater else {
            total += piece.count
            guard total <= limit else { throw .bodyTooLarge }
            piece.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
            return
        }
        inflater.feed(piece)
        try expand()
    }

    /// What waits, which is forgotten here.
    mutating func take() throws(Refusal) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        try expand()
        return taken
    }

    /// Checks that the coding came to its end with the body.
    func checkEnd() throws(Refusal) {
        guard let inflater, inflater.isDrained else { return }
        guard inflater.isComplete else { throw .malformedContentCoding }
    }

    private mutating func expand() throws(Refusal) {
        guard let inflater else { return }
        let room = isStreamed ? max(0, Self.highWater - bytes.count) : Int.max
        // One byte past the limit is enough to see that it is passed.
        let allowed = limit == .max ? Int.max : limit - total + 1
        let before = bytes.count
        try inflater.expand(into: &bytes, limit: min(room, allowed))
        total += bytes.count - before
        guard total <= limit else { throw .bodyTooLarge }
    }
}
