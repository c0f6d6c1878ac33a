package import struct FoundationEssentials.UUID

/// A value of SurrealDB, as it goes over the wire.
package enum SurrealValue: Sendable, Hashable {
    /// A field that is not there; SurrealDB tells it from `null`.
    case none
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    case bytes([UInt8])
    case array([SurrealValue])
    /// An array of single-precision floats, sent in five bytes a number. An array that comes in with nothing but
    /// floats in it is this, rounded where it held doubles.
    case floats([Float])
    case object([String: SurrealValue])
    indirect case recordID(SurrealRecordID)
    /// Since 1970-01-01T00:00:00Z; nanoseconds count forward from the second.
    case datetime(seconds: Int64, nanoseconds: Int32)
    case duration(Duration)
    case uuid(UUID)
    /// An exact decimal in SurrealDB's own notation.
    case decimal(String)
}

extension SurrealValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `nil` is NULL; NONE is written `.none`.
    package init(nilLiteral: ()) { self = .null }

    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int64) { self = .int(value) }

    package init(floatLiteral value: Double) { self = .float(value) }

    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: SurrealValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, SurrealValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

extension SurrealValue {
    package init(_ value: Int) { self = .int(Int64(value)) }

    /// NONE for nil.
    package init(_ value: String?) { self = value.map(SurrealValue.string) ?? .none }
}
