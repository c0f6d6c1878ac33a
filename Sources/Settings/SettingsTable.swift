/// The settings of a program in the order people read them: its flags, its environment, and every document of them come
/// from it.
package struct SettingsTable: Sendable {
    /// Settings that people look for together.
    package struct Group: Sendable {
        let title: String
        let settings: [any AnySetting]

        package init(_ title: String, _ settings: [any AnySetting]) {
            self.title = title
            self.settings = settings
        }
    }

    let groups: [Group]
    package let retired: [RetiredSetting]
    private let namesByFlag: [String: String]

    /// All of them, group after group.
    package var settings: [any AnySetting] { groups.flatMap(\.settings) }

    /// - Parameters:
    ///   - groups: each setting once.
    ///   - retired: what is warned of when it is still set.
    package init(_ groups: [Group], retired: [RetiredSetting] = []) {
        self.groups = groups
        self.retired = retired
        let settings = groups.flatMap(\.settings)
        let names = settings.map { ($0.flag, $0.name) }
        let files = settings.filter(\.isSecret).map { ("\($0.flag)-file", "\($0.name)_FILE") }
        namesByFlag = Dictionary(uniqueKeysWithValues: names + files)
    }

    /// `DB_URL` for `--db-url`.
    func name(ofFlag flag: String) -> String? { namesByFlag[flag] }

    func lists(_ setting: any AnySetting) -> Bool { namesByFlag[setting.flag] != nil }
}
