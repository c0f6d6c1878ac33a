#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The stream for messages to people.
enum StandardError {
    /// Whether lines can be rewritten there.
    static let isTerminal = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"

    static func write(_ text: String) {
        var text = text
        _ = text.withUTF8 { fwrite($0.baseAddress, $0.count) }
    }

    private static func fwrite(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(STDERR_FILENO, bytes, count)
        #else
            Darwin.write(STDERR_FILENO, bytes, count)
        #endif
    }

    /// Width of the terminal; 80 when there is none.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
