/// Amounts of bytes as people write them.
package enum ByteSize {
    private static let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// `2 MiB`, or the plain number when it is no whole multiple.
    package static func text(_ bytes: Int) -> String {
        for (name, size) in units where bytes >= size && bytes.isMultiple(of: size) { return "\(bytes / size) \(name)" }
        return String(bytes)
    }

    /// Reads `1048576`, `64MiB`, `64 mb`; nil for anything else.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits) else { return nil }
        let scale: Int
        switch text.dropFirst(digits.count).trimmed.lowercased() {
        case "", "b": scale = 1
        case "k", "kb", "kib": scale = 1 << 10
        case "m", "mb", "mib": scale = 1 << 20
        case "g", "gb", "gib": scale = 1 << 30
        default: return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }
}
