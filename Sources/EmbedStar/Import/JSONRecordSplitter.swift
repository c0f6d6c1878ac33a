/// Cuts a stream of JSON into its records: one a line (NDJSON), or the elements of one array or of several in a row,
/// as GitHub's paged answers give them when they are joined. A value type without I/O.
struct JSONRecordSplitter {
    /// One record's bytes and the line it starts at.
    struct Record: Equatable {
        var line: Int
        var bytes: [UInt8]
        /// Why it is no record, when that is known before decoding.
        var fault: String?
    }

    /// Longest record, in bytes.
    static let maximumLength = 4 << 20

    private enum Layout { case unknown, lines, array }

    private var layout = Layout.unknown
    private var current: [UInt8] = []
    private var line = 1
    private var startLine = 1
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isTooLong = false

    /// Takes the next piece.
    /// - Returns: the records it completes.
    mutating func feed(_ bytes: [UInt8]) -> [Record] {
        var records: [Record] = []
        for byte in bytes {
            switch layout {
            case .unknown: begin(byte)
            case .lines: consumeLine(byte, &records)
            case .array: consumeElement(byte, &records)
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return records
    }

    /// The last record, when the input ends without a line end, or ends early.
    mutating func finish() -> Record? {
        defer { current = [] }
        guard !current.isEmpty else { return nil }
        guard layout == .array else { return isBlank ? nil : record() }
        return Record(line: startLine, bytes: [], fault: "the file ends within this record")
    }

    private mutating func begin(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "["): layout = .array
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
        // A byte order mark before the first record.
        case 0xEF, 0xBB, 0xBF: break
        default:
            layout = .lines
            startLine = line
            current.append(byte)
        }
    }

    private mutating func consumeLine(_ byte: UInt8, _ records: inout [Record]) {
        guard byte == UInt8(ascii: "\n") else {
            append(byte)
            return
        }
        if !isBlank { records.append(record()) }
        reset()
        startLine = line + 1
    }

    private mutating func consumeElement(_ byte: UInt8, _ records: inout [Record]) {
        if depth == 0 {
            guard byte == UInt8(ascii: "{") else {
                noteStray(byte, &records)
                return
            }
            startLine = line
        }
        append(byte)
        track(byte)
        if depth == 0, byte == UInt8(ascii: "}") {
            records.append(record())
            reset()
        }
    }

    /// What stands between elements: separators are passed over, anything else is a fault, once a run.
    private mutating func noteStray(_ byte: UInt8, _ records: inout [Record]) {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "["), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            isTooLong = false
        case UInt8(ascii: " "), UInt8(ascii: "\t"): break
        default:
            if !isTooLong { records.append(Record(line: line, bytes: [], fault: "is not an object")) }
            isTooLong = true
        }
    }

    private mutating func track(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if isInString {
            if byte == UInt8(ascii: "\\") { isEscaped = true } else if byte == UInt8(ascii: "\"") { isInString = false }
        } else {
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }

    private mutating func append(_ byte: UInt8) {
        guard current.count < Self.maximumLength else {
            isTooLong = true
            return
        }
        current.append(byte)
    }

    private mutating func reset() {
        current.removeAll(keepingCapacity: true)
        isTooLong = false
        depth = 0
    }

    private func record() -> Record {
        isTooLong
            ? Record(line: startLine, bytes: [], fault: "is longer than \(ByteSize.text(Self.maximumLength))")
            : Record(line: startLine, bytes: current)
    }

    private var isBlank: Bool {
        current.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x2C || $0 == 0x5B || $0 == 0x5D }
    }
}
