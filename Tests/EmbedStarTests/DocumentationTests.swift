import Foundation
import Testing

@testable import EmbedStar

/// What people read is made from the table of settings; these fail when somebody forgot to make it again.
@Suite struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func thePageOfSettingsHoldsTheirTable() throws {
        #expect(
            try text("docs/settings.md").contains(SettingsDocument.markdown),
            "put the output of `embed-star config --markdown` into docs/settings.md"
        )
    }

    @Test func theExampleHoldsEverySetting() throws {
        #expect(
            try text(".env.example") == SettingsDocument.dotEnvExample,
            "run `embed-star config --example > .env.example`"
        )
    }

    @Test func theExampleIsAValidFile() throws {
        let lines = SettingsDocument.dotEnvExample.split(separator: "\n").filter {
            $0.hasPrefix("#") && $0.contains("=")
        }
        let uncommented = lines.map { $0.dropFirst() }.filter { !$0.hasPrefix(" ") }.joined(separator: "\n")
        _ = try SettingValues(environment: [:], dotEnv: uncommented)
    }
}
