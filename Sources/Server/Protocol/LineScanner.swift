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
    var isEmpty: Bool { bytes.isEmpty && !sawCarriageReturn }

    /// - Parameter limit: bytes that the line may have, without its end.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int, limit: Int) -> Result {
        let first = position
        let end = min(input.count, position + max(0, limit + 2 - (bytes.count - start)))
        var index = position
        while index < end {
            let byte = input[index]
            index += 1
            if sawCarriageReturn {
                guard byte == .lineFeed else { return .malformed }
                sawCarriageReturn = false
                append(input, first..<index)
                position = index
                return finishLine()
            }
            if ByteClass.of(byte).contains(.text) { continue }
            guard byte == .carriageReturn else { return .malformed }
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

    private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
        if bytes.isEmpty { bytes.reserveCapacity(min(input.count - range.lowerBound, 1024)) }
        input.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private mutating func finishLine() -> Result {
        let line = start..<bytes.count - 2
        start = bytes.count
        return .line(line)
    }
}
