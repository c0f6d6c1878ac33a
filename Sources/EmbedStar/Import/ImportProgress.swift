import EmbeddingCore

/// Tells people how an import goes.
final class ImportProgress {
    /// Bad lines named one by one at most; the rest are only counted.
    private static let maximumReports = 20

    private var line = ProgressLine()
    private var reports = 0
    private let start = ContinuousClock.now

    func report(path: String, line number: Int, reason: String) {
        reports += 1
        guard reports <= Self.maximumReports else { return }
        line.interrupt()
        StandardError.write("\(path):\(number): skipped: \(reason)\n")
        if reports == Self.maximumReports { StandardError.write("more bad lines are counted, but not listed\n") }
    }

    func show(_ progress: RepoImport.Progress) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = seconds > 0 ? Double(progress.records) / seconds : 0
        let left = progress.fraction.flatMap { $0 > 0 ? seconds * (1 - $0) / $0 : nil }
        line.show(
            ProgressLine.Report(
                fraction: progress.fraction,
                counts: "\(HumanText.count(progress.records)) repos read",
                rate: "\(HumanText.rate(rate)) a second",
                timeLeft: left.map { "\(HumanText.duration(seconds: $0)) left" }
            )
        )
    }

    func finish(_ progress: RepoImport.Progress, json: Bool) throws {
        line.interrupt()
        let counts = progress.counts
        if json {
            let named: KeyValuePairs = [
                "read": progress.records, "created": counts.created, "changed": counts.changed,
                "unchanged": counts.unchanged, "rejected": progress.bad,
            ]
            return print(try JSONText.of(counts: named))
        }
        var parts = [
            "\(HumanText.count(counts.created)) created", "\(HumanText.count(counts.changed)) changed",
            "\(HumanText.count(counts.unchanged)) unchanged",
        ]
        if progress.bad > 0 { parts.append("\(HumanText.count(progress.bad)) left out") }
        print("\(HumanText.count(progress.records)) repos read: \(parts.joined(separator: ", "))")
    }
}
