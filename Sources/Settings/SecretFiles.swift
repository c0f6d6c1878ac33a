import Synchronization

/// The files that secrets come from, and what each held when it was last read with a value in it.
final class SecretFiles: Sendable {
    /// By the names of the settings.
    let paths: [String: String]
    private let texts: Mutex<[String: String]>

    init(_ found: [String: (path: String, text: String)]) {
        paths = found.mapValues(\.path)
        texts = Mutex(found.mapValues(\.text))
    }

    /// The secret of a setting; nil when it comes from no file.
    subscript(name: String) -> String? {
        paths.isEmpty ? nil : texts.withLock { $0[name] }
    }

    /// - Returns: whether this is another secret than the one so far.
    func replace(_ name: String, by text: String) -> Bool {
        texts.withLock { $0.updateValue(text, forKey: name) != text }
    }
}
