/// Progress on standard error: one line that is rewritten on a terminal, a plain line every few seconds elsewhere.
struct ProgressLine {
    private let interval: Duration = StandardError.isTerminal ? .milliseconds(100) : .seconds(5)
    private let clock = ContinuousClock()
    private var lastShown: ContinuousClock.Instant?

    /// Shows `fraction` (0…1, nil when the end is not known) and `text`, unless the last line is too young.
    mutating func show(_ text: String, fraction: Double?, isLast: Bool = false) {
        let now = clock.now
        if let lastShown, now - lastShown < interval, !isLast { return }
        lastShown = now
        guard StandardError.isTerminal else {
            StandardError.write("\(fraction.map { "\(Int($0 * 100)) % " } ?? "")\(text)\n")
            return
        }
        let columns = StandardError.columns
        let bar = fraction.map { Self.bar($0, width: min(max(columns - text.count - 9, 0), 40)) } ?? ""
        StandardError.write("\r\u{1B}[K\((bar + text).prefix(columns - 1))\(isLast ? "\n" : "")")
    }

    /// Ends the rewritten line, so that other output starts on its own.
    mutating func interrupt() {
        if StandardError.isTerminal, lastShown != nil { StandardError.write("\r\u{1B}[K") }
        lastShown = nil
    }

    static func bar(_ fraction: Double, width: Int) -> String {
        let share = "\(Int(fraction * 100)) %"
        let padded = String(repeating: " ", count: max(0, 6 - share.count)) + share + " "
        guard width >= 8 else { return padded }
        let filled = Int((fraction * Double(width)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + padded
    }
}
