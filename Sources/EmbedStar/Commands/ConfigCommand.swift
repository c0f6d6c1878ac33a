import ArgumentParser
import Settings

/// `embed-star config`: the effective settings.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the effective settings, and their sources.",
        discussion: """
            Secrets are masked. A default that depends on the machine or on other settings is shown as what it is \
            here. What each setting means: `embed-star help settings`.

            Examples:
              embed-star config
              embed-star config --json
              embed-star config --example > .env
            """
    )

    @Flag(help: "Print a .env file with every setting and its default.") var example = false
    @Flag(help: "Print the settings as a Markdown table.") var markdown = false

    @Flag(help: "Print the effective settings as a JSON object.") var json = false

    private struct Effective: Encodable {
        var value: String
        var source: String
    }

    func run() throws {
        if example {
            print(SettingsTable.product.dotEnvExample, terminator: "")
        } else if markdown {
            print(SettingsTable.product.markdown, terminator: "")
        } else {
            let values = try SettingValues.ofProcess()
            if json { return print(try Self.json(values)) }
            var table = TextTable([("SETTING", .left), ("VALUE", .left), ("FROM", .left)])
            for (name, value, source) in values.listed { table.add([name, value, source.rawValue]) }
            print(table.rendered(width: .max))
        }
    }

    private static func json(_ values: SettingValues) throws -> String {
        let settings = values.listed.map { ($0.name, Effective(value: $0.value, source: $0.source.rawValue)) }
        return try JSONText.of(Dictionary(uniqueKeysWithValues: settings))
    }
}
