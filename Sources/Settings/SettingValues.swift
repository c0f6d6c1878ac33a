/// The effective settings: where each value came from, and the value.
package struct SettingValues: Sendable {
    private let table: SettingsTable
    /// Highest first.
    package enum Source: String, Sendable { case flag, environment, file = ".env", `default` }

    /// Of the process, for what is no setting of ours, such as the folders of the XDG Base Directory Specification.
    package let environment: [String: String]

    private var texts: [String: (text: String, source: Source)] = [:]
    /// Secrets may change while the service runs.
    private let files: SecretFiles

    /// Those of the predecessor that are still set, in the environment or in `.env`.
    package let retired: [RetiredSetting]

    /// Why `.env` was not read though it is there.
    package let dotEnvFault: String?

    /// Names in `.env` that are nearly one of ours.
    package let misspelt: [MisspeltSetting]

    /// Faults of all settings together, a line each.
    package struct Faults: Error, CustomStringConvertible {
        package let lines: [String]
        /// Whether a flag was not given as flags are, whatever its value.
        package let isUsage: Bool

        package var description: String { lines.joined(separator: "\n") }
    }

    /// Reads all settings: flag, environment, `.env`, default; an empty value counts as not set; `NAME_FILE` names a
    /// file that holds a secret.
    /// - Parameter arguments: settings as flags, `--db-url VALUE` or `--db-url=VALUE`.
    /// - Throws: `Faults`.
    package init(
        _ table: SettingsTable,
        arguments: [String] = [],
        environment: [String: String],
        dotEnv: String? = nil,
        dotEnvFault: String? = nil,
        readFile: (String) -> String? = SettingValues.contents(of:)
    ) throws(Faults) {
        self.table = table
        self.environment = environment
        self.dotEnvFault = dotEnvFault
        var faults: [String] = []
        var secrets: [String: (path: String, text: String)] = [:]
        let flags = Self.read(arguments, table, &faults)
        let isUsage = !faults.isEmpty
        if dotEnv?.utf8.contains(0) == true { faults.append(".env is not UTF-8 text; save it as UTF-8") }
        let file = DotEnv.parse(dotEnv ?? "")
        faults += file.badLines.map { ".env, line \($0): not understood; write NAME=value" }
        retired = table.retired.filter { !(environment[$0.name] ?? file.values[$0.name] ?? "").isEmpty }
        misspelt = table.misspelt(in: file.values.keys.sorted())
        for setting in table.settings {
            let sources: [(Source, [String: String])] = [
                (.flag, flags), (.environment, environment), (.file, file.values),
            ]
            for (source, values) in sources {
                guard let (text, path) = Self.value(of: setting, in: values, &faults, readFile) else { continue }
                if setting.accepts(text) {
                    if let path { secrets[setting.name] = (path, text) }
                    texts[setting.name] = (text, source)
                } else {
                    let shown = setting.isSecret ? "its value" : "\"\(URLSyntax.masked(text))\""
                    // A file that nobody thinks of stands in the working folder.
                    let place = source == .file ? " in .env" : ""
                    faults.append("\(setting.name)\(place): \(shown) is not accepted; it takes \(setting.accepted)")
                }
                break
            }
        }
        files = SecretFiles(secrets)
        guard faults.isEmpty else { throw Faults(lines: faults, isUsage: isUsage) }
    }

    /// The value of a setting; all were checked when they were read. A secret from a file is the one that
    /// `readFilesAgain` found last.
    package subscript<Value>(setting: Setting<Value>) -> Value {
        assert(table.lists(setting), "\(setting.name) is read but not in the table")
        return text(of: setting).flatMap(setting.parse) ?? setting.defaultValue
    }

    /// The value as text, what a default stands for here included, with its source; secrets are masked.
    package func shown(_ setting: any AnySetting) -> (text: String, source: Source) {
        guard let (text, source) = texts[setting.name] else {
            return (setting.resolve?(self) ?? setting.defaultText, .default)
        }
        return (setting.isSecret ? "***" : URLSyntax.masked(text), source)
    }

    /// Every setting in the table's order, as people read it; secrets are masked.
    package var listed: [(name: String, value: String, source: Source)] {
        table.settings.map { setting in
            let (text, source) = shown(setting)
            return (setting.name, text.filter { $0 != "`" }, source)
        }
    }

    private func text(of setting: any AnySetting) -> String? { files[setting.name] ?? texts[setting.name]?.text }

    /// A secret that may change: to be asked whenever it is needed. Nil when none is set.
    package func secret(_ setting: Setting<String?>) -> (@Sendable () -> String)? {
        guard let first = self[setting] else { return nil }
        return { self[setting] ?? first }
    }

    /// Whether a secret came from a file.
    package var mayChange: Bool { !files.paths.isEmpty }

    /// Reads the files of secrets again. A file that is gone, or holds nothing that is accepted, changes nothing.
    /// - Returns: the names of the settings that have another value now, and of those whose files hold none.
    package func readFilesAgain(
        _ readFile: (String) -> String? = SettingValues.contents(of:)
    ) -> (changed: [String], unreadable: [String]) {
        var (changed, unreadable): ([String], [String]) = ([], [])
        for setting in table.settings {
            guard let path = files.paths[setting.name] else { continue }
            if let text = readFile(path)?.trimmed, !text.isEmpty, setting.accepts(text) {
                if files.replace(setting.name, by: text) { changed.append(setting.name) }
            } else {
                unreadable.append(setting.name)
            }
        }
        return (changed, unreadable)
    }

    package func isSet(_ setting: any AnySetting) -> Bool { texts[setting.name] != nil }

    /// All secrets that are set, for redaction: each item of a list by itself, of `name=value` the value too, and the
    /// credentials in URLs.
    package var secrets: [String] {
        let (hidden, open) = (table.settings.filter(\.isSecret), table.settings.filter { !$0.isSecret })
        let listed = hidden.compactMap(text(of:)).flatMap { text -> [String] in
            let items = text.split { $0 == "," || $0.isNewline }.map { $0.trimmed }
            let values = items.compactMap { item in item.firstRange(of: "=").map { item[$0.upperBound...].trimmed } }
            return [text] + items + values
        }
        // A comma stands between URLs, or in a password.
        let inURLs = open.compactMap { texts[$0.name]?.text }.flatMap { [$0[...]] + $0.split(separator: ",") }
            .compactMap { URLSyntax.credentials(in: $0) }
        return listed + inURLs.flatMap { [String($0)] + $0.split(separator: ":").dropFirst().map(String.init) }
    }

    private static func value(
        of setting: any AnySetting,
        in values: [String: String],
        _ faults: inout [String],
        _ readFile: (String) -> String?
    ) -> (text: String, path: String?)? {
        let given = setting.isSecret ? values[setting.name]?.trimmed : values[setting.name]
        if let text = given, !text.isEmpty { return (text, nil) }
        guard let path = values["\(setting.name)_FILE"], !path.isEmpty else { return nil }
        guard setting.isSecret else {
            faults.append("\(setting.name)_FILE: \(setting.name) is not read from a file; set \(setting.name)")
            return nil
        }
        guard let text = readFile(path)?.trimmed, !text.isEmpty else {
            faults.append("\(setting.name)_FILE: cannot read a value from \(path)")
            return nil
        }
        return (text, path)
    }

    private static func read(
        _ arguments: [String],
        _ table: SettingsTable,
        _ faults: inout [String]
    ) -> [String: String] {
        var values: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = table.name(ofFlag: sides[0]) else {
                faults.append("\(argument): unknown; embed-star --help lists what there is")
                continue
            }
            if sides.count == 2 {
                values[name] = sides[1]
            } else if let value = rest.popFirst() {
                values[name] = value
            } else {
                faults.append("\(argument): needs a value")
            }
        }
        return values
    }

    /// A file as text; nil when it cannot be read or is larger than 64 KiB.
    package static func contents(of path: String) -> String? {
        SmallFile.bytes(of: path, limit: 64 << 10).map { String(decoding: $0, as: UTF8.self) }
    }
}
