import FoundationEssentials

/// Reads CBOR (RFC 8949) as SurrealDB writes it. Anything may come in: nesting is bounded, nothing is reserved for
/// lengths that are only claimed, and what is not well-formed is an error.
struct CBORDecoder {
    /// Arrays, maps and tags inside one another at most.
    static let depthLimit = 64

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0

    /// The one value that `bytes` holds.
    static func decode(_ bytes: [UInt8]) throws(CBORError) -> SurrealValue {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(CBORError) -> SurrealValue in
                var decoder = CBORDecoder(bytes: buffer)
                let value = try decoder.value()
                guard decoder.position == buffer.count else { throw .trailingBytes }
                return value
            }
        }
        return try result.get()
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    // MARK: Heads (RFC 8949, section 3)

    private var remaining: Int { bytes.count - position }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(CBORError) -> T {
        guard remaining >= MemoryLayout<T>.size else { throw .truncated }
        defer { position += MemoryLayout<T>.size }
        return T(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
    }

    /// The argument of an initial byte; nil for an indefinite length.
    private mutating func argument(_ initial: UInt8) throws(CBORError) -> UInt64? {
        switch initial & 0x1F {
        case let small where small < 24: UInt64(small)
        case 24: UInt64(try byte())
        case 25: UInt64(try integer(UInt16.self))
        case 26: UInt64(try integer(UInt32.self))
        case 27: try integer(UInt64.self)
        case 31: nil
        default: throw .invalidInitialByte(initial)
        }
    }

    private mutating func definiteArgument(_ initial: UInt8) throws(CBORError) -> UInt64 {
        guard let argument = try argument(initial) else { throw .invalidInitialByte(initial) }
        return argument
    }

    /// Whether the end of an indefinite length stands here, which is then passed.
    private mutating func takeBreak() throws(CBORError) -> Bool {
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == 0xFF else { return false }
        position += 1
        return true
    }

    // MARK: Values

    private mutating func value() throws(CBORError) -> SurrealValue {
        let initial = try byte()
        switch initial >> 5 {
        case 0: return unsigned(try definiteArgument(initial))
        case 1: return negative(try definiteArgument(initial))
        case 2: return .bytes(try byteString(initial))
        case 3: return .string(try text(initial))
        case 4: return try nested { (decoder) throws(CBORError) in try decoder.array(initial) }
        case 5: return try nested { (decoder) throws(CBORError) in try decoder.object(initial) }
        case 6: return try nested { (decoder) throws(CBORError) in try decoder.tagged(initial) }
        default: return try simple(initial)
        }
    }

    private mutating func nested(
        _ body: (inout CBORDecoder) throws(CBORError) -> SurrealValue
    ) throws(CBORError) -> SurrealValue {
        guard depth < Self.depthLimit else { throw .tooDeep }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// What an `Int64` cannot hold stays exact as a decimal.
    private func unsigned(_ argument: UInt64) -> SurrealValue {
        Int64(exactly: argument).map(SurrealValue.int) ?? .decimal("\(argument)")
    }

    /// The number is -1 - argument.
    private func negative(_ argument: UInt64) -> SurrealValue {
        if let value = Int64(exactly: argument) { return .int(~value) }
        let (magnitude, overflow) = argument.addingReportingOverflow(1)
        return .decimal(overflow ? "-18446744073709551616" : "-\(magnitude)")
    }

    private mutating func simple(_ initial: UInt8) throws(CBORError) -> SurrealValue {
        switch initial {
        case 0xF4: .bool(false)
        case 0xF5: .bool(true)
        case 0xF6: .null
        case 0xF7: .none
        case 0xF9: .float(Double(Float16(bitPattern: try integer(UInt16.self))))
        case 0xFA: .float(Double(Float(bitPattern: try integer(UInt32.self))))
        case 0xFB: .float(Double(bitPattern: try integer(UInt64.self)))
        default: throw .invalidInitialByte(initial)
        }
    }

    // MARK: Strings

    private mutating func slice(_ length: UInt64) throws(CBORError) -> UnsafeRawBufferPointer {
        guard length <= UInt64(remaining) else { throw .truncated }
        defer { position += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(length))])
    }

    private mutating func byteString(_ initial: UInt8) throws(CBORError) -> [UInt8] {
        if let length = try argument(initial) { return Array(try slice(length)) }
        var whole: [UInt8] = []
        while try !takeBreak() {
            let chunk = try byte()
            guard chunk >> 5 == initial >> 5 else { throw .invalidInitialByte(chunk) }
            whole.append(contentsOf: try slice(try definiteArgument(chunk)))
        }
        return whole
    }

    private mutating func text(_ initial: UInt8) throws(CBORError) -> String {
        let text: String?
        if initial == 0x7F {
            text = String(validating: try byteString(initial), as: UTF8.self)
        } else {
            text = String(validating: try slice(try definiteArgument(initial)), as: UTF8.self)
        }
        guard let text else { throw .invalidUTF8 }
        return text
    }

    // MARK: Arrays and maps

    private mutating func array(_ initial: UInt8) throws(CBORError) -> SurrealValue {
        guard let length = try argument(initial) else {
            var values: [SurrealValue] = []
            while try !takeBreak() { values.append(try value()) }
            return .array(values)
        }
        // An element takes a byte at least.
        guard length <= UInt64(remaining) else { throw .truncated }
        let count = Int(length)
        if let floats = floats(count) { return .floats(floats) }
        var values: [SurrealValue] = []
        values.reserveCapacity(min(count, 256))
        for _ in 0..<count { values.append(try value()) }
        return .array(values)
    }

    /// The elements when each of them is a float; nil, with nothing taken, when one is not.
    private mutating func floats(_ count: Int) -> [Float]? {
        guard count > 0, remaining >= count * 3, isFloat(bytes[position]) else { return nil }
        var end = position
        let bytes = bytes
        let floats = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, end < bytes.count {
                let rest = bytes.count - end - 1
                switch bytes[end] {
                case 0xFA where rest >= 4:
                    let bits = bytes.loadUnaligned(fromByteOffset: end + 1, as: UInt32.self)
                    buffer[filled] = Float(bitPattern: UInt32(bigEndian: bits))
                    end += 5
                case 0xF9 where rest >= 2:
                    let bits = bytes.loadUnaligned(fromByteOffset: end + 1, as: UInt16.self)
                    buffer[filled] = Float(Float16(bitPattern: UInt16(bigEndian: bits)))
                    end += 3
                case 0xFB where rest >= 8:
                    let bits = bytes.loadUnaligned(fromByteOffset: end + 1, as: UInt64.self)
                    buffer[filled] = Float(Double(bitPattern: UInt64(bigEndian: bits)))
                    end += 9
                default:
                    return
                }
                filled += 1
            }
        }
        guard floats.count == count else { return nil }
        position = end
        return floats
    }

    private func isFloat(_ initial: UInt8) -> Bool { (0xF9...0xFB).contains(initial) }

    private mutating func object(_ initial: UInt8) throws(CBORError) -> SurrealValue {
        var fields: [String: SurrealValue] = [:]
        guard let length = try argument(initial) else {
            while try !takeBreak() { try field(into: &fields) }
            return .object(fields)
        }
        // A key and its value take a byte each at least.
        guard length <= UInt64(remaining) / 2 else { throw .truncated }
        fields.reserveCapacity(min(Int(length), 64))
        for _ in 0..<length { try field(into: &fields) }
        return .object(fields)
    }

    private mutating func field(into fields: inout [String: SurrealValue]) throws(CBORError) {
        let initial = try byte()
        guard initial >> 5 == 3 else { throw .invalidMapKey }
        let key = try text(initial)
        fields[key] = try value()
    }

    // MARK: Tags

    private mutating func tagged(_ initial: UInt8) throws(CBORError) -> SurrealValue {
        let tag = try definiteArgument(initial)
        let content = try value()
        guard let value = meaning(of: tag, content) else { throw .invalidTag(tag) }
        return value
    }

    /// nil when the content does not fit the tag.
    private func meaning(of tag: UInt64, _ content: SurrealValue) -> SurrealValue? {
        switch tag {
        case CBORTag.none: return SurrealValue.none
        case CBORTag.recordID: return recordID(content)
        case CBORTag.uuidText: return content.string.flatMap(UUID.init(uuidString:)).map(SurrealValue.uuid)
        case CBORTag.uuid: return uuid(content)
        case CBORTag.decimal: return content.string.map(SurrealValue.decimal)
        case CBORTag.datetime: return datetime(content)
        case CBORTag.duration: return duration(content)
        default: return content
        }
    }

    private func recordID(_ content: SurrealValue) -> SurrealValue? {
        if let text = content.string, let colon = text.firstIndex(of: ":") {
            let key = String(text[text.index(after: colon)...])
            return .recordID(SurrealRecordID(table: String(text[..<colon]), key: .string(key)))
        }
        guard let parts = content.array, parts.count == 2, let table = parts[0].string else { return nil }
        return .recordID(SurrealRecordID(table: table, key: parts[1]))
    }

    private func uuid(_ content: SurrealValue) -> SurrealValue? {
        guard let bytes = content.bytes, bytes.count == 16 else { return nil }
        return .uuid(UUID(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }))
    }

    private func datetime(_ content: SurrealValue) -> SurrealValue? {
        guard let parts = content.array, parts.count == 2, let seconds = parts[0].int,
            let nanoseconds = parts[1].int, (0..<2_000_000_000).contains(nanoseconds)
        else { return nil }
        return .datetime(seconds: Int64(seconds), nanoseconds: Int32(nanoseconds))
    }

    private func duration(_ content: SurrealValue) -> SurrealValue? {
        guard let parts = content.array, parts.count <= 2 else { return nil }
        // SurrealDB's durations reach farther: one of those is as long as ours get, so that its row can be read.
        let numbers = parts.compactMap { part in if case .decimal = part { Int.max } else { part.int } }
        guard numbers.count == parts.count, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        let nanoseconds = numbers.count > 1 ? numbers[1] : 0
        guard nanoseconds < 1_000_000_000 else { return nil }
        let attoseconds = Int64(nanoseconds) * 1_000_000_000
        return .duration(Duration(secondsComponent: Int64(numbers.first ?? 0), attosecondsComponent: attoseconds))
    }
}
