/// The settings of a program in the order people read them: its flags, its environment, and every document of them come
/// from it.
package struct SettingsTable: Sendable {
    package let settings: [any AnySetting]
    package let retired: [RetiredSetting]
    private let namesByFlag: [String: String]

    /// - Parameters:
    ///   - settings: each name once.
    ///   - retired: what is warned of when it is still set.
    package init(_ settings: [any AnySetting], retired: [RetiredSetting] = []) {
        self.settings = settings
        self.retired = retired
        let names = settings.map { ($0.flag, $0.name) }
        let files = settings.filter(\.isSecret).map { ("\($0.flag)-file", "\($0.name)_FILE") }
        namesByFlag = Dictionary(uniqueKeysWithValues: names + files)
    }

    /// `DB_URL` for `--db-url`.
    func name(ofFlag flag: String) -> String? { namesByFlag[flag] }

    func lists(_ setting: any AnySetting) -> Bool { namesByFlag[setting.flag] != nil }
}
