import DateTime
import JSON

/// Reads the members of one object, or the parameters of a query, and gathers what is wrong with them, so that all
/// faults are reported at once.
struct FieldReader {
    /// Unknown members that are told of at most.
    private static let mostOthers = 100

    private var members: [String: JSONValue]
    /// Where the object stands: `#` for the whole body, `#/0` for the first element of an array.
    private let pointer: String
    /// Whether the values are text that may stand for numbers and truth values.
    let isQuery: Bool
    private(set) var errors: [FieldError] = []
    /// What was asked for, in order.
    private var known: [String] = []

    /// - Parameter value: an object; anything else is a fault of its own.
    init(_ value: JSONValue, at pointer: String = "#") {
        self.pointer = pointer
        isQuery = false
        if case .object(let object) = value {
            members = object.dictionary
        } else {
            members = [:]
            errors.append(FieldError(pointer: pointer, detail: "an object is expected"))
        }
    }

    init(query: QueryItems) {
        pointer = "#"
        isQuery = true
        members = query.values.mapValues { .string($0) }
        errors += query.repeated.map { FieldError(pointer: "#/\($0)", detail: "\($0) stands in the query twice") }
    }

    /// Whether the member is there, null included.
    func has(_ name: String) -> Bool { members[name] != nil }

    mutating func report(_ name: String, _ detail: String) {
        errors.append(FieldError(pointer: "\(pointer)/\(name)", detail: detail))
    }

    /// Members nobody asked for are faults; of very many the first are named.
    mutating func refuseOthers() {
        let others = known.isEmpty ? "there are none here" : "known are \(known.joined(separator: ", "))"
        for name in members.keys.sorted().prefix(Self.mostOthers) {
            let field = String(name.unicodeScalars.prefix(64))
            report(field.escapedForPointer, "\(field) is not known; \(others)")
        }
    }

    /// Refuses what nobody asked for, and throws what has been found wrong.
    mutating func finish() throws {
        refuseOthers()
        if !errors.isEmpty { throw APIError.invalid(errors) }
    }

    /// Takes a member.
    mutating func take(_ name: String) -> JSONValue? {
        if !known.contains(name) { known.append(name) }
        return members.removeValue(forKey: name)
    }

    /// As `string`; in a query a parameter without a value counts as absent, as forms send it.
    mutating func filter(_ name: String, length: ClosedRange<Int>) -> String? {
        if isQuery, members[name] == .string("") {
            _ = take(name)
            return nil
        }
        return string(name, length: length)
    }

    /// A moment (RFC 3339), or a day, which begins in UTC.
    mutating func time(_ name: String) -> Timestamp? {
        guard let text = filter(name, length: 1...64) else { return nil }
        if let time = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") { return time }
        report(name, "\(name) must be a time such as 2026-07-14T19:25:58Z, or a day")
        return nil
    }

    /// Text of `length` Unicode scalars, without NUL, which databases refuse.
    mutating func string(_ name: String, length: ClosedRange<Int>) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else {
            report(name, "\(name) must be a string")
            return nil
        }
        guard length.contains(text.unicodeScalars.count) else {
            report(name, "\(name) must have \(length.lowerBound) to \(length.upperBound) characters")
            return nil
        }
        guard !text.utf8.contains(0) else {
            report(name, "\(name) has a NUL character")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = take(name) else { return nil }
        let number = isQuery ? value.string.flatMap { Int($0) } : value.integer
        guard let number, range.contains(number) else {
            report(name, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func double(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = take(name) else { return nil }
        let number = isQuery ? value.string.flatMap { Double($0) } : value.double
        guard let number, range.contains(number) else {
            report(name, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = take(name) else { return nil }
        if isQuery {
            if value == .string("true") { return true }
            if value == .string("false") { return false }
        } else if let flag = value.bool {
            return flag
        }
        report(name, "\(name) must be true or false")
        return nil
    }

    /// An array of strings.
    mutating func strings(_ name: String, count: ClosedRange<Int>, length: ClosedRange<Int>) -> [String]? {
        guard let value = take(name) else { return nil }
        guard case .array(let elements) = value, count.contains(elements.count) else {
            report(name, "\(name) must be an array of \(count.lowerBound) to \(count.upperBound) strings")
            return nil
        }
        let texts = elements.compactMap(\.string).filter {
            length.contains($0.unicodeScalars.count) && !$0.utf8.contains(0)
        }
        guard texts.count == elements.count else {
            report(name, "\(name) must contain strings of \(length.lowerBound) to \(length.upperBound) characters")
            return nil
        }
        return texts
    }

    /// One of the cases of `Choice`, by raw value.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let value = take(name) else { return nil }
        if let text = value.string, let choice = Choice(rawValue: text) { return choice }
        report(name, "\(name) must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }
}

extension String {
    /// Escaped as a reference token (RFC 6901 §3).
    fileprivate var escapedForPointer: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "~": result.append(contentsOf: "~0".unicodeScalars)
            case "/": result.append(contentsOf: "~1".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
