/// A name in `.env` that has no effect and is nearly that of a setting.
package struct MisspeltSetting: Sendable, Hashable {
    package let name: String
    /// The setting that may be meant.
    package let meant: String

    package var warning: String { "\(name) in .env has no effect; did you mean \(meant)?" }
}

extension SettingsTable {
    /// Those of `names` that are one slip away from a setting's. Other names are for other programs.
    func misspelt(in names: [String]) -> [MisspeltSetting] {
        let own = settings.map(\.name) + settings.filter(\.isSecret).map { "\($0.name)_FILE" } + retired.map(\.name)
        return names.filter { !own.contains($0) }.compactMap { name in
            own.first { Self.isOneSlip(from: name, to: $0) }.map { MisspeltSetting(name: name, meant: $0) }
        }
    }

    /// Whether one letter is missing, too many or another, or two are the wrong way round; case aside. In short names a
    /// slip makes another word.
    private static func isOneSlip(from name: String, to other: String) -> Bool {
        let (left, right) = (Array(name.uppercased().utf8), Array(other.utf8))
        guard right.count >= 5, abs(left.count - right.count) <= 1 else { return false }
        let start = zip(left, right).prefix { $0 == $1 }.count
        let (leftRest, rightRest) = (left[start...], right[start...])
        if leftRest.elementsEqual(rightRest) { return true }
        if left.count != right.count {
            return left.count > right.count
                ? leftRest.dropFirst().elementsEqual(rightRest) : leftRest.elementsEqual(rightRest.dropFirst())
        }
        return leftRest.dropFirst().elementsEqual(rightRest.dropFirst())
            || leftRest.prefix(2).reversed().elementsEqual(rightRest.prefix(2))
                && leftRest.dropFirst(2).elementsEqual(rightRest.dropFirst(2))
    }
}
