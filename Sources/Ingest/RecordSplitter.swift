import JSON

/// Cuts a stream of JSON into its objects, however they stand in it: one a line (NDJSON), one after another over any
/// lines, or as the elements of arrays, of several in a row too. What is broken ends where the next object can begin, so
/// that it costs no other. A value type without I/O.
package struct RecordSplitter {
    /// One object's bytes, or why there is none, and the line it begins at.
    package struct Record: Equatable {
        package var line: Int
        package var content: Content
    }

    package enum Content: Equatable {
        case json([UInt8])
        case fault(String)
    }

    /// Longest object, in bytes.
    package static let maximumLength = 2 << 20

    private enum State {
        case between
        case object, string, escape
        /// Within something that is no object, up to its end.
        case stray
        /// The input is no text that can be cut.
        case refused
    }

    private var state = State.between
    private var line = 1
    private var startLine = 1
    private var record: [UInt8] = []
    private var isTooLong = false
    /// The brackets open within the object, as many as JSON may have.
    private var open: [UInt8] = []
    /// How many more are open: then it is no JSON, and only its end is looked for.
    private var beyond = 0
    /// The last byte of the object that is no white space.
    private var last: UInt8 = 0
    private var arrays = 0
    /// Whether something that is no object was reported since the last object.
    private var isStraying = false
    private var position = 0
    /// Whether the objects stand in an array.
    package private(set) var hasArray = false

    package init() {}

    /// Takes the next piece.
    /// - Returns: the records it completes.
    package mutating func feed(_ bytes: [UInt8]) -> [Record] {
        var records: [Record] = []
        for byte in bytes {
            switch state {
            case .between: between(byte, &records)
            case .object: object(byte, &records)
            case .string: string(byte, &records)
            case .escape:
                append(byte)
                state = .string
            case .stray: stray(byte)
            case .refused: return records
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
        return records
    }

    /// What is missing at the end of the input: a record that is not complete, or the end of an array.
    package func finish() -> Record? {
        switch state {
        case .object, .string, .escape: return Record(line: startLine, content: .fault("the input ends within it"))
        case .between, .stray: break
        case .refused: return nil
        }
        return arrays > 0 ? Record(line: line, content: .fault("the input ends within an array")) : nil
    }

    private mutating func between(_ byte: UInt8, _ records: inout [Record]) {
        switch byte {
        case UInt8(ascii: "{"): begin()
        case UInt8(ascii: "["):
            arrays += 1
            hasArray = true
        case UInt8(ascii: "]") where arrays > 0: arrays -= 1
        // White space, what separates elements, and what begins a record of RFC 7464.
        case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","), 0x1E: break
        // A byte order mark.
        case 0xEF where position == 0, 0xBB where position == 1, 0xBF where position == 2: break
        case 0xFE where position == 0, 0xFF where position == 0, 0 where position < 4:
            records.append(Record(line: line, content: .fault("it is not UTF-8")))
            state = .refused
        default:
            if !isStraying { records.append(Record(line: line, content: .fault("it is not an object"))) }
            isStraying = true
            state = .stray
        }
    }

    private mutating func stray(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): state = .between
        case UInt8(ascii: ",") where arrays > 0: state = .between
        case UInt8(ascii: "]") where arrays > 0:
            arrays -= 1
            state = .between
        default: break
        }
    }

    private mutating func object(_ byte: UInt8, _ records: inout [Record]) {
        switch byte {
        case UInt8(ascii: "\""): state = .string
        case UInt8(ascii: "{"):
            // No object can stand here: the record is broken, and this is the next.
            guard mayHoldObject else {
                records.append(Record(line: startLine, content: .fault("it is not valid JSON")))
                return begin()
            }
            descend(byte)
        case UInt8(ascii: "["): descend(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            // `{` and `[` come two before what closes them.
            guard ascend() ?? (byte - 2) == byte - 2 else {
                records.append(Record(line: startLine, content: .fault("it is not valid JSON")))
                state = .stray
                return
            }
        default: break
        }
        append(byte)
        if !(byte == 0x20 || (0x09...0x0D).contains(byte)) { last = byte }
        if open.isEmpty { end(&records) }
    }

    private mutating func descend(_ bracket: UInt8) {
        if open.count > JSONReader.maximumDepth { beyond += 1 } else { open.append(bracket) }
    }

    /// - Returns: the bracket that is closed; nil when it was not kept.
    private mutating func ascend() -> UInt8? {
        guard beyond > 0 else { return open.removeLast() }
        beyond -= 1
        return nil
    }

    private var mayHoldObject: Bool {
        if beyond > 0 { return true }
        return open.last == UInt8(ascii: "{")
            ? last == UInt8(ascii: ":") : last == UInt8(ascii: "[") || last == UInt8(ascii: ",")
    }

    private mutating func string(_ byte: UInt8, _ records: inout [Record]) {
        append(byte)
        switch byte {
        case UInt8(ascii: "\\"): state = .escape
        case UInt8(ascii: "\""):
            last = byte
            state = .object
        case UInt8(ascii: "\n"):
            records.append(Record(line: startLine, content: .fault("it is not valid JSON: a string has no end")))
            state = .between
        default: break
        }
    }

    private mutating func begin() {
        startLine = line
        record = [UInt8(ascii: "{")]
        open = record
        beyond = 0
        last = UInt8(ascii: "{")
        isTooLong = false
        isStraying = false
        state = .object
    }

    private mutating func append(_ byte: UInt8) {
        if record.count < Self.maximumLength { record.append(byte) } else { isTooLong = true }
    }

    private mutating func end(_ records: inout [Record]) {
        let fault = Content.fault("it is longer than \(Self.maximumLength >> 20) MiB")
        records.append(Record(line: startLine, content: isTooLong ? fault : .json(record)))
        record = []
        state = .between
    }
}
