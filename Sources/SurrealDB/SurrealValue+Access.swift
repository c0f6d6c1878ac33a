/// Each accessor is nil where the value is of another kind.
extension SurrealValue {
    /// Whether this is NONE or NULL.
    package var isNil: Bool { self == .none || self == .null }

    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// Also of a float without a fraction.
    package var int: Int? {
        switch self {
        case .int(let value): Int(exactly: value)
        case .float(let value): Int(exactly: value)
        default: nil
        }
    }

    /// A number of rows, seconds or the like: nil below zero and for more than there can be, so that what is read can be
    /// computed with.
    package var count: Int? { int.flatMap { (0...1 << 48).contains($0) ? $0 : nil } }

    /// Also of an integer or a decimal.
    package var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        case .decimal(let value): Double(value)
        default: nil
        }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }

    package var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }

    /// The elements of any array.
    package var array: [SurrealValue]? {
        switch self {
        case .array(let values): values
        case .floats(let values): values.map { .float(Double($0)) }
        default: nil
        }
    }

    /// The elements of an array of nothing but numbers.
    package var floats: [Float]? {
        switch self {
        case .floats(let values):
            return values
        case .array(let values):
            var floats: [Float] = []
            floats.reserveCapacity(values.count)
            for value in values {
                guard let number = value.double else { return nil }
                floats.append(Float(number))
            }
            return floats
        default:
            return nil
        }
    }

    package var object: [String: SurrealValue]? { if case .object(let value) = self { value } else { nil } }

    package var recordID: SurrealRecordID? { if case .recordID(let value) = self { value } else { nil } }

    package var datetime: (seconds: Int64, nanoseconds: Int32)? {
        if case .datetime(let seconds, let nanoseconds) = self { (seconds, nanoseconds) } else { nil }
    }

    /// A field of an object; NONE where there is no such field or no object, as in SurrealQL.
    package subscript(field: String) -> SurrealValue {
        if case .object(let fields) = self { fields[field] ?? .none } else { .none }
    }

    /// An element of an array; NONE where there is none.
    package subscript(index: Int) -> SurrealValue {
        switch self {
        case .array(let values) where values.indices.contains(index): values[index]
        case .floats(let values) where values.indices.contains(index): .float(Double(values[index]))
        default: .none
        }
    }
}
