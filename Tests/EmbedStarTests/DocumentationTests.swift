import Foundation
import Settings
import Testing

@testable import EmbedStar

/// What people read is made from the table of settings; these fail when somebody forgot to make it again.
@Suite struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func `the page of settings holds their table`() throws {
        #expect(
            try text("docs/settings.md").contains(SettingsTable.product.markdown),
            "put the output of `embed-star config --markdown` into docs/settings.md"
        )
    }

    @Test func `the example holds every setting`() throws {
        #expect(
            try text(".env.example") == SettingsTable.product.dotEnvExample,
            "run `embed-star config --example > .env.example`"
        )
    }

    @Test func `the contract is of this version`() throws {
        #expect(try text("openapi.yaml").contains("\n  version: \(Version.current)\n"))
    }

    @Test func `the example is a valid file`() throws {
        let lines = SettingsTable.product.dotEnvExample.split(separator: "\n").filter {
            $0.hasPrefix("#") && $0.contains("=")
        }
        let uncommented = lines.map { $0.dropFirst() }.filter { !$0.hasPrefix(" ") }.joined(separator: "\n")
        _ = try SettingValues(.product, environment: [:], dotEnv: uncommented)
    }

    @Test func `the architecture holds the modules of the package`() throws {
        func names(_ list: Substring) -> Set<Substring> {
            // C libraries are not modules of ours.
            Set(list.matches(of: /[`"]([A-Z]\w*)[`"]/).map(\.1).filter { $0.wholeMatch(of: /C[A-Z].*/) == nil })
        }
        let package = try text("Package.swift").matches(of: /library\("(\w+)", \[([^\]]*)\]/)
        let picture = try text("docs/architecture.md").matches(of: /\| `(\w+)` \|[^|\n]*\|([^|\n]*)\|/)
        let found = Dictionary(picture.map { ($0.1, names($0.2)) }) { first, _ in first }
        for module in package { #expect(found[module.1] == names(module.2), "\(module.1) in docs/architecture.md") }
        #expect(found.count == package.count + 1, "modules and the command")
    }
}
