/// Progress on standard error: one line that is rewritten on a terminal, a plain line every few seconds elsewhere.
struct ProgressLine {
    /// What is shown of some work; what does not fit a narrow terminal is left out, the rate first, then the counts.
    struct Report: Equatable {
        /// 0…1; nil when the end is not known.
        var fraction: Double?
        var counts: String
        var rate: String
        /// nil when not known.
        var timeLeft: String?
    }

    private let interval: Duration = StandardError.isTerminal ? .milliseconds(100) : .seconds(5)
    private let clock = ContinuousClock()
    private var lastShown: ContinuousClock.Instant?

    /// Shows the report, unless the last one is too young.
    mutating func show(_ report: Report) {
        let now = clock.now
        if let lastShown, now - lastShown < interval { return }
        lastShown = now
        if StandardError.isTerminal {
            StandardError.write("\r\u{1B}[K\(Self.line(report, columns: StandardError.columns))")
        } else {
            StandardError.write("\(Self.plain(report))\n")
        }
    }

    /// Ends the rewritten line, so that other output starts on its own.
    mutating func interrupt() {
        if StandardError.isTerminal, lastShown != nil { StandardError.write("\r\u{1B}[K") }
        lastShown = nil
    }

    /// One line that is shorter than the terminal is wide: a full one would wrap.
    static func line(_ report: Report, columns: Int) -> String {
        let share = report.fraction.map { [percent($0)] } ?? []
        let left = report.timeLeft.map { [$0] } ?? []
        let wordings = [share + [report.counts, report.rate] + left, share + [report.counts] + left, share + left]
        let room = max(columns - 1, 1)
        let fitting = wordings.map { $0.joined(separator: "  ") }.first { DisplayWidth.of($0) <= room }
        guard let text = fitting else { return DisplayWidth.prefix(wordings[2].joined(separator: " "), room) }
        let width = min(room - DisplayWidth.of(text) - 2, 40)
        guard let fraction = report.fraction, width >= 8 else { return text }
        return bar(fraction, width: width) + "  " + text
    }

    static func plain(_ report: Report) -> String {
        let share = report.fraction.map { percent($0).drop { $0 == " " } + ", " } ?? ""
        return share + report.counts + ", " + report.rate + (report.timeLeft.map { ", " + $0 } ?? "")
    }

    /// Padded, so that what follows stands still.
    private static func percent(_ fraction: Double) -> String {
        let number = "\(Int(min(max(fraction, 0), 1) * 100))"
        return String(repeating: " ", count: 3 - number.count) + number + " %"
    }

    private static func bar(_ fraction: Double, width: Int) -> String {
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }
}
