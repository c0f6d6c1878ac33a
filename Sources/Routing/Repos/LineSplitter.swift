/// Cuts pieces of a stream into lines. An over-long line is dropped, not kept.
struct LineSplitter {
    static let maximumLength = 1 << 20

    /// One line with its number, the first being 1.
    struct Line {
        enum Content {
            case bytes([UInt8])
            case tooLong
        }

        var number: Int
        var content: Content
    }

    private var rest: [UInt8] = []
    private var isTooLong = false
    private var number = 0

    /// Takes a piece and gives the lines that are complete with it.
    mutating func append(_ piece: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while let end = piece[start...].firstIndex(of: 0x0A) {
            extend(piece[start..<end])
            lines.append(take())
            start = end + 1
        }
        extend(piece[start...])
        return lines
    }

    /// The last line, when the stream does not end with a line end.
    mutating func finish() -> Line? { rest.isEmpty && !isTooLong ? nil : take() }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        if rest.count + bytes.count > Self.maximumLength { isTooLong = true }
        if isTooLong { rest = [] } else { rest += bytes }
    }

    private mutating func take() -> Line {
        defer {
            rest = []
            isTooLong = false
        }
        number += 1
        return Line(number: number, content: isTooLong ? .tooLong : .bytes(rest))
    }
}
