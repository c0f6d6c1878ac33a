import FoundationEssentials

/// Colours of a terminal (ECMA-48 §8.3.117), where somebody sees them and nobody has refused them (no-color.org,
/// bixense.com/clicolors).
enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33

    private static let isWanted = isWanted(ProcessInfo.processInfo.environment, isTerminal: StandardOutput.isTerminal)

    static func isWanted(_ environment: [String: String], isTerminal: Bool) -> Bool {
        func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty && $0 != "0" } ?? false }
        if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return false }
        return isSet("CLICOLOR_FORCE") || isTerminal && environment["CLICOLOR"] != "0"
    }

    /// `text` in this colour on standard output.
    func of(_ text: String) -> String { Self.isWanted ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text }
}
