import ArgumentParser

/// `embed-star doctor`: find what is wrong.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check all that it needs, and say how to mend faults.",
        discussion: """
            Checks database, schema, rights, index, clock, provider, model and ports; nothing is changed. Exit code \
            0 when nothing is broken, 1 otherwise.

            Examples:
              embed-star doctor
              embed-star doctor --json
              embed-star doctor --db-url ws://db.example.org:8000
            """
    )

    @Flag(help: "Print what was found as a JSON array.") var json = false

    func run() async throws {
        try await CommandContext.run { context in
            let doctor = Doctor(
                settings: context.settings,
                descriptors: context.descriptors,
                storage: context.storage(),
                embeddings: { try context.embeddings() }
            )
            let findings = await doctor.examine { if !json { print(Self.text($0)) } }
            if json { print(try JSONText.of(findings)) }
            if findings.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
        }
    }

    private static func text(_ finding: Finding) -> String {
        let verdict = finding.verdict.rawValue
        let colour: Colour =
            switch finding.verdict {
            case .good: .green
            case .doubtful: .yellow
            case .bad: .red
            }
        let line =
            "\(colour.of(verdict))\(String(repeating: " ", count: 6 - verdict.count))\(finding.subject): \(finding.detail)"
        return finding.remedy.map { "\(line)\n      → \($0)" } ?? line
    }
}
