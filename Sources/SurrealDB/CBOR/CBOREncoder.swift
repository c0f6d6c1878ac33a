import struct FoundationEssentials.UUID

/// Writes values in CBOR (RFC 8949) as SurrealDB reads it: definite lengths, shortest heads, floats unshortened.
struct CBOREncoder {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: SurrealValue) {
        switch value {
        case .none:
            appendHead(.tag, CBORTag.none)
            bytes.append(Self.null)
        case .null: bytes.append(Self.null)
        case .bool(let value): bytes.append(value ? 0xF5 : 0xF4)
        case .int(let value): append(value)
        case .float(let value): append(value)
        case .string(let value): append(value)
        case .bytes(let value):
            appendHead(.bytes, UInt64(value.count))
            bytes += value
        case .array(let values):
            appendHead(.array, UInt64(values.count))
            for value in values { append(value) }
        case .floats(let values): append(values)
        case .object(let fields): append(fields)
        case .recordID(let id):
            appendHead(.tag, CBORTag.recordID)
            appendHead(.array, 2)
            append(id.table)
            append(id.key)
        case .datetime(let seconds, let nanoseconds):
            appendHead(.tag, CBORTag.datetime)
            append(seconds: seconds, nanoseconds: Int64(nanoseconds))
        case .duration(let duration):
            // SurrealDB has no negative durations.
            let (seconds, attoseconds) = max(.zero, duration).components
            appendHead(.tag, CBORTag.duration)
            append(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000)
        case .uuid(let uuid):
            appendHead(.tag, CBORTag.uuid)
            appendHead(.bytes, 16)
            withUnsafeBytes(of: uuid.uuid) { bytes.append(contentsOf: $0) }
        case .decimal(let text):
            appendHead(.tag, CBORTag.decimal)
            append(text)
        }
    }

    private static let null: UInt8 = 0xF6

    private enum MajorType: UInt8 {
        case unsigned, negative, bytes, text, array, map, tag
    }

    private mutating func append(_ value: Int64) {
        if value < 0 {
            appendHead(.negative, UInt64(bitPattern: ~value))
        } else {
            appendHead(.unsigned, UInt64(value))
        }
    }

    private mutating func append(_ value: Double) {
        bytes.append(0xFB)
        withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ text: String) {
        appendHead(.text, UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(_ values: [Float]) {
        appendHead(.array, UInt64(values.count))
        let encoded = [UInt8](unsafeUninitializedCapacity: values.count * 5) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for (index, value) in values.enumerated() {
                raw[index * 5] = 0xFA
                raw.storeBytes(of: value.bitPattern.bigEndian, toByteOffset: index * 5 + 1, as: UInt32.self)
            }
            count = values.count * 5
        }
        bytes += encoded
    }

    /// In the order of the keys, so that equal objects have equal bytes.
    private mutating func append(_ fields: [String: SurrealValue]) {
        appendHead(.map, UInt64(fields.count))
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            append(key)
            append(value)
        }
    }

    private mutating func append(seconds: Int64, nanoseconds: Int64) {
        appendHead(.array, 2)
        append(seconds)
        append(nanoseconds)
    }

    /// Major type and argument (RFC 8949, section 3).
    private mutating func appendHead(_ type: MajorType, _ argument: UInt64) {
        let initial = type.rawValue << 5
        switch argument {
        case 0..<24:
            bytes.append(initial | UInt8(argument))
        case 24...0xFF:
            bytes.append(initial | 24)
            bytes.append(UInt8(argument))
        case 0x100...0xFFFF:
            bytes.append(initial | 25)
            withUnsafeBytes(of: UInt16(argument).bigEndian) { bytes.append(contentsOf: $0) }
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(initial | 26)
            withUnsafeBytes(of: UInt32(argument).bigEndian) { bytes.append(contentsOf: $0) }
        default:
            bytes.append(initial | 27)
            withUnsafeBytes(of: argument.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
