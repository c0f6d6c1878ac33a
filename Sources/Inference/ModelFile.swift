import JSON

/// A JSON file of a model's folder. Fields that are absent or null have their defaults; one that is of another type or
/// out of range is an error that names file and field.
struct ModelFile: Sendable {
    let path: String
    let root: JSONValue

    private static let maximumSize = 1 << 20
    private static let maximumCount = 1 << 24

    init(path: String, root: JSONValue) {
        self.path = path
        self.root = root
    }

    /// - Throws: `.modelNotFound`, `.invalidModel`.
    init(path: String, limit: Int = maximumSize) throws(InferenceError) {
        self.path = path
        let content = try MappedFile.content(of: path, limit: limit)
        do {
            root = try JSONValue(content)
        } catch {
            throw InferenceError(.invalidModel, "\(path): \(error)")
        }
    }

    /// Nil when there is no such file.
    /// - Throws: `.invalidModel`.
    init?(ifPresent path: String, limit: Int = maximumSize) throws(InferenceError) {
        do {
            try self.init(path: path, limit: limit)
        } catch  where error.code == .modelNotFound {
            return nil
        }
    }

    /// Nil when the field is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = root[key], value != .null else { return nil }
        return value
    }

    /// A whole number from 1 on.
    func size(_ key: String, default fallback: Int? = nil) throws(InferenceError) -> Int {
        guard let value = value(key) else {
            guard let fallback else { throw invalid(key, "is missing") }
            return fallback
        }
        guard let size = value.integer, size > 0, size <= Self.maximumCount else {
            throw invalid(key, "is not a whole number from 1 to \(Self.maximumCount)")
        }
        return size
    }

    /// A finite number above 0.
    func number(_ key: String, default fallback: Double) throws(InferenceError) -> Double {
        guard let value = value(key) else { return fallback }
        guard let number = value.double, number > 0, Float(number).isFinite else {
            throw invalid(key, "is not a number above 0")
        }
        return number
    }

    func flag(_ key: String, default fallback: Bool) throws(InferenceError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard let flag = value.bool else { throw invalid(key, "is neither true nor false") }
        return flag
    }

    func name(_ key: String, default fallback: String) throws(InferenceError) -> String {
        guard let value = value(key) else { return fallback }
        guard let name = value.string else { throw invalid(key, "is not a string") }
        return name
    }

    func activation(_ key: String, default fallback: Activation) throws(InferenceError) -> Activation {
        let name = try name(key, default: fallback.rawValue)
        guard let activation = Activation(rawValue: name) else {
            throw unsupported(key, "'\(name.shortened)' is not a supported activation")
        }
        return activation
    }

    /// Refuses a model for which `key` has another value than the only one that is computed.
    func expect(_ key: String, toBe expected: JSONValue) throws(InferenceError) {
        guard let value = value(key), value != expected else { return }
        throw unsupported(key, "has a value that is not supported")
    }

    func invalid(_ key: String, _ reason: String) -> InferenceError {
        InferenceError(.invalidModel, "\(path): \(key) \(reason)")
    }

    func unsupported(_ key: String, _ reason: String) -> InferenceError {
        InferenceError(.unsupportedModel, "\(path): \(key) \(reason)")
    }
}

extension String {
    /// A name from a file, cut to a length fit for a message.
    var shortened: String { String(decoding: utf8.prefix(80), as: UTF8.self) }
}
