#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The stream for answers.
enum StandardOutput {
    /// Whether lines can be rewritten there.
    static let isTerminal = isatty(STDOUT_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"

    /// Writes out what was printed so far.
    /// - Returns: whether all of it could be written.
    @discardableResult
    static func flush() -> Bool { fflush(stdout) == 0 && ferror(stdout) == 0 }

    /// Width of the terminal; without one, lines are not cut.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return .max }
        return Int(size.ws_col)
    }
}
