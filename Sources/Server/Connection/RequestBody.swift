import HTTP

/// A request's body on its way to the responder: expanded, counted, and bounded.
struct RequestBody {
    /// A streamed body is not read on while so many bytes wait for the responder.
    static let highWater = 64 << 10

    let isStreamed: Bool
    /// What the responder has not taken yet.
    private var bytes: [UInt8] = []
    private let limit: Int
    /// Bytes of the message, before expansion.
    private var received = 0
    /// Bytes after expansion.
    private var expanded = 0
    private let inflater: Inflater?

    /// - Parameter expected: the length the client told, if it did.
    init(policy: BodyPolicy, coding: RequestMessage.Coding, expected: Int?) throws(Refusal) {
        switch policy {
        case .collect(let limit):
            isStreamed = false
            self.limit = limit
        case .stream(let limit):
            isStreamed = true
            self.limit = limit ?? .max
        }
        inflater = coding == .gzip ? try Inflater() : nil
        guard let expected else { return }
        try announce(expected)
        // A promise alone gets no more memory than this.
        bytes.reserveCapacity(min(expected, Self.highWater))
    }

    /// Bytes that wait for the responder.
    var count: Int { bytes.count }

    /// Whether the responder has to take something before more is read.
    var isFull: Bool { isStreamed && (bytes.count >= Self.highWater || inflater?.isDrained == false) }

    /// Refuses what is to come if it would pass the limit even uncompressed.
    func announce(_ count: Int) throws(Refusal) {
        guard count <= limit - received else { throw .bodyTooLarge }
    }

    mutating func append(_ piece: Span<UInt8>) throws(Refusal) {
        try announce(piece.count)
        received += piece.count
        guard let inflater else {
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
        guard let inflater, inflater.isDrained, !inflater.isComplete else { return }
        throw .malformedContentCoding
    }

    private mutating func expand() throws(Refusal) {
        guard let inflater else { return }
        let room = isStreamed ? max(0, Self.highWater - bytes.count) : .max
        // One byte past the limit is enough to see that it is passed.
        let allowed = limit == .max ? .max : limit - expanded + 1
        let before = bytes.count
        try inflater.expand(into: &bytes, limit: min(room, allowed))
        expanded += bytes.count - before
        guard expanded <= limit else { throw .bodyTooLarge }
    }
}
