/// Gathers lines ended by CRLF into one buffer, and refuses bytes that no line may have (RFC 9112 §2.2, RFC 9110 §5.5):
/// a lone CR or LF, NUL and other control characters.
struct LineScanner {
    enum Result {
        case needsInput
        /// A line, without its end.
        case line(Range<Int>)
        case malformed
        case tooLong
    }

    private(set) var bytes: [UInt8] = []
    private var start = 0
    private var sawCarriageReturn = false

    /// Whether no byte of a line has come in.
    var isEmpty: Bool { bytes.isEmpty }

    /// - Parameter limit: bytes that the line may have, without its end.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int, limit: Int) -> Result {
        let first = position
        let end = min(input.count, first + max(0, limit + 2 - (bytes.count - start)))
        var index = first
        if sawCarriageReturn, index < end {
            guard input[index] == .lineFeed else { return .malformed }
            return finishLine(input, first, index + 1, &position)
        }
        index = Self.endOfText(input, index..<end)
        if index < end {
            guard input[index] == .carriageReturn else { return .malformed }
            index += 1
            if index < end {
                guard input[index] == .lineFeed else { return .malformed }
                return finishLine(input, first, index + 1, &position)
            }
            sawCarriageReturn = true
        }
        append(input, first..<end)
        position = end
        return bytes.count - start >= limit + 2 ? .tooLong : .needsInput
    }

    /// Forgets the lines so far.
    mutating func removeAll() {
        bytes.removeAll()
        start = 0
    }

    /// The lines so far, which are forgotten here.
    mutating func take() -> [UInt8] {
        start = 0
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Where the first byte stands that is not text.
    private static func endOfText(_ input: Span<UInt8>, _ range: Range<Int>) -> Int {
        input.withUnsafeBufferPointer { bytes in
            var index = range.lowerBound
            while index < range.upperBound, bytes[index].isText { index += 1 }
            return index
        }
    }

    private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
        // Most heads come in one piece; what stands after this line belongs to the same head.
        if bytes.isEmpty { bytes.reserveCapacity(min(input.count - range.lowerBound, 1024)) }
        input.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private mutating func finishLine(_ input: Span<UInt8>, _ first: Int, _ end: Int, _ position: inout Int) -> Result {
        append(input, first..<end)
        position = end
        sawCarriageReturn = false
        let line = start..<bytes.count - 2
        start = bytes.count
        return .line(line)
    }
}
