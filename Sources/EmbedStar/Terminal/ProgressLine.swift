#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Progress on standard error: one line that is rewritten on a terminal, a plain line every few seconds elsewhere.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let interval: Duration
    private let clock = ContinuousClock()
    private var lastShown: ContinuousClock.Instant?

    init() { interval = isTerminal ? .milliseconds(100) : .seconds(5) }

    /// Shows `fraction` (0…1, nil when the end is not known) and `text`, unless the last line is too young.
    mutating func show(_ text: String, fraction: Double?, isLast: Bool = false) {
        let now = clock.now
        if let lastShown, now - lastShown < interval, !isLast { return }
        lastShown = now
        guard isTerminal else {
            let share = fraction.map { "\(Int($0 * 100)) % " } ?? ""
            write("\(share)\(text)\n")
            return
        }
        let room = max(Self.columns() - text.count - 9, 0)
        let bar = fraction.map { Self.bar($0, width: min(room, 40)) } ?? ""
        write("\r\u{1B}[K\(String((bar + text).prefix(Self.columns() - 1)))\(isLast ? "\n" : "")")
    }

    static func bar(_ fraction: Double, width: Int) -> String {
        let share = "\(Int(fraction * 100)) %"
        let padded = String(repeating: " ", count: max(0, 5 - share.count)) + share + " "
        guard width >= 8 else { return padded }
        let filled = Int((fraction * Double(width)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + padded
    }

    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private func write(_ text: String) {
        var text = text
        _ = text.withUTF8 { Self.writeAll($0) }
    }

    private static func writeAll(_ buffer: UnsafeBufferPointer<UInt8>) -> Int {
        #if canImport(Glibc)
            Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        #endif
    }
}
