/// One setting: its environment name, how its value is read, and what people are told about it.
package struct Setting<Value: Sendable>: AnySetting {
    package let name: String
    package let defaultValue: Value
    package let defaultText: String
    package let summary: String
    /// What values are understood, for the line that refuses another.
    package let accepted: String
    package let isSecret: Bool
    package let parse: @Sendable (String) -> Value?
    package private(set) var resolve: (@Sendable (SettingValues) -> String?)?

    package init(
        _ name: String,
        default defaultValue: Value,
        shown defaultText: String,
        _ summary: String,
        accepted: String,
        isSecret: Bool = false,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.defaultValue = defaultValue
        self.defaultText = defaultText
        self.summary = summary
        self.accepted = accepted
        self.isSecret = isSecret
        self.parse = parse
    }

    package func accepts(_ text: String) -> Bool { parse(text) != nil }

    /// The same setting, whose default depends on the machine or on other settings.
    /// - Parameter resolve: the value that the default stands for here; nil where it is not known beforehand.
    package func resolved(_ resolve: @escaping @Sendable (SettingValues) -> String?) -> Self {
        var setting = self
        setting.resolve = resolve
        return setting
    }
}

extension Setting where Value == String {
    package static func text(_ name: String, _ value: String, _ summary: String, isSecret: Bool = false) -> Self {
        Setting(name, default: value, shown: value, summary, accepted: "text", isSecret: isSecret) { $0 }
    }

    package static func url(_ name: String, _ value: String, _ summary: String, schemes: [String]) -> Self {
        let accepted = "a URL without query, such as \(value.isEmpty ? "\(schemes[0])://host" : value)"
        return Setting(name, default: value, shown: value, summary, accepted: accepted) {
            URLSyntax.isBase($0, schemes: schemes) ? $0 : nil
        }
    }
}

extension Setting where Value == String? {
    package static func optional(
        _ name: String,
        _ summary: String,
        shown: String = "",
        isSecret: Bool = false
    ) -> Self {
        Setting(name, default: nil, shown: shown, summary, accepted: "text", isSecret: isSecret) { .some($0) }
    }

    package static func optionalURL(_ name: String, _ summary: String, schemes: [String]) -> Self {
        let accepted = "a URL without query, such as \(schemes[schemes.count - 1])://host"
        return Setting(name, default: nil, shown: "", summary, accepted: accepted) {
            URLSyntax.isBase($0, schemes: schemes) ? .some($0) : nil
        }
    }

    /// A text to put before others, which each model has of its own. `none` stands for the empty one, as an empty value
    /// means that nothing is set.
    package static func prefix(_ name: String, _ summary: String) -> Self {
        Setting(name, default: nil, shown: "per model", summary, accepted: "text") { .some($0 == "none" ? "" : $0) }
    }
}

extension Setting {
    /// The items of a list, comma-separated or a line each.
    fileprivate static func items(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isNewline }.map { $0.trimmed }.filter { !$0.isEmpty }
    }
}

extension Setting where Value == [String] {
    /// Comma-separated, or a line each. A list that is set has items: no key is not the same as none needed.
    /// - Parameter item: whether one item is as it should be.
    package static func list(
        _ name: String,
        _ summary: String,
        accepted: String = "a comma-separated list",
        isSecret: Bool = false,
        item: @escaping @Sendable (String) -> Bool = { _ in true }
    ) -> Self {
        Setting(name, default: [], shown: "", summary, accepted: accepted, isSecret: isSecret) {
            // In a file of secrets a line may be a comment.
            let lines = $0.split(whereSeparator: \.isNewline).filter { !isSecret || !$0.trimmed.hasPrefix("#") }
            let items = lines.flatMap { Self.items(String($0)) }
            return items.isEmpty || !items.allSatisfy(item) ? nil : items
        }
    }

    package static func urls(_ name: String, _ value: String, _ summary: String) -> Self {
        let accepted = "URLs without query such as \(value), comma-separated"
        return Setting(name, default: [value], shown: value, summary, accepted: accepted) {
            let items = Self.items($0)
            return !items.isEmpty && items.allSatisfy { URLSyntax.isBase($0, schemes: ["http", "https"]) }
                ? items : nil
        }
    }
}

extension Setting where Value == [(name: String, value: String)] {
    /// Header fields, `name=value`, comma-separated or a line each; a name is a token (RFC 9110 §5.6.2). They are secrets,
    /// because keys travel in them.
    package static func fields(_ name: String, _ summary: String) -> Self {
        let accepted = "`name=value`, comma-separated, without Content-Length and the like"
        return Setting(name, default: [], shown: "", summary, accepted: accepted, isSecret: true) {
            let fields = items($0).map(field)
            return fields.isEmpty || fields.contains { $0 == nil } ? nil : fields.compactMap { $0 }
        }
    }

    private static func field(_ text: String) -> (name: String, value: String)? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let (name, value) = (text[..<equals].trimmed, text[text.index(after: equals)...].trimmed)
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte), !framing.contains(name.lowercased()),
            !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        return (name, value)
    }

    /// What a message is framed with, and its connection kept by (RFC 9112 §6, §9), is not for settings to say.
    private static var framing: [String] {
        ["content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade"]
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension Setting where Value == Int {
    package static func integer(_ name: String, _ value: Int, in range: ClosedRange<Int>, _ summary: String) -> Self {
        let accepted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Setting(name, default: value, shown: String(value), summary, accepted: accepted) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number of bytes, with `KiB`, `MiB` or `GiB` allowed.
    package static func bytes(_ name: String, _ value: Int, in range: ClosedRange<Int>, _ summary: String) -> Self {
        let accepted = "bytes, such as 1048576 or 64MiB, at most \(ByteSize.text(range.upperBound))"
        return Setting(name, default: value, shown: ByteSize.text(value), summary, accepted: accepted) {
            ByteSize.parse($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Setting where Value == Int? {
    package static func optionalInteger(
        _ name: String,
        in range: ClosedRange<Int>,
        shown: String = "",
        _ summary: String
    ) -> Self {
        let accepted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Setting(name, default: nil, shown: shown, summary, accepted: accepted) { text in
            guard let number = Int(text), range.contains(number) else { return nil }
            return .some(number)
        }
    }
}

extension Setting where Value == Bool {
    package static func boolean(_ name: String, _ value: Bool, _ summary: String) -> Self {
        Setting(name, default: value, shown: String(value), summary, accepted: "true or false") {
            switch $0.lowercased() {
            case "true", "1", "yes", "on": true
            case "false", "0", "no", "off": false
            default: nil
            }
        }
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    package static func choice(_ name: String, _ value: Value, _ summary: String) -> Self {
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return Setting(name, default: value, shown: value.rawValue, summary, accepted: "one of \(names)") {
            Value(rawValue: $0.lowercased())
        }
    }
}
