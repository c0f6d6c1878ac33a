/// The `.env` format: `NAME=value` lines, `export`, comments, single and double quotes.
package enum DotEnv {
    /// - Returns: the variables, and the numbers of the lines that could not be read.
    package static func parse(_ text: String) -> (values: [String: String], badLines: [Int]) {
        var values: [String: String] = [:]
        var badLines: [Int] = []
        for (index, line) in text.split(separator: /\r?\n/, omittingEmptySubsequences: false).enumerated() {
            let content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let (name, value) = parse(line: content) else {
                badLines.append(index + 1)
                continue
            }
            values[name] = value
        }
        return (values, badLines)
    }

    private static func parse(line: String) -> (String, String)? {
        let assignment = line.hasPrefix("export ") ? line.dropFirst(7).trimmed : line
        guard let equals = assignment.firstIndex(of: "=") else { return nil }
        let name = assignment[..<equals].trimmed
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
            return nil
        }
        let rest = assignment[assignment.index(after: equals)...].trimmed
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return (name, unquoted(rest)) }
        return quoted(rest.dropFirst(), by: quote).map { (name, $0) }
    }

    /// A value without quotes ends at ` #`.
    private static func unquoted(_ text: String) -> String {
        guard !text.hasPrefix("#") else { return "" }
        return text.firstRange(of: " #").map { text[..<$0.lowerBound].trimmed } ?? text
    }

    /// The text up to the closing quote, with `\n`, `\t`, `\"`, `\\` resolved between double quotes; nil without one.
    private static func quoted(_ text: Substring, by quote: Character) -> String? {
        var value = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                value.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
                isEscaped = false
            } else if character == "\\", quote == "\"" {
                isEscaped = true
            } else if character == quote {
                return value
            } else {
                value.append(character)
            }
        }
        return nil
    }
}
