/// The `.env` format: `NAME=value` lines, `export`, comments, single and double quotes, between which a value may go over
/// several lines. It is read byte by byte, since a
/// line may end in CR, LF or both, and to a `String` CR and LF together are one character.
package enum DotEnv {
    /// - Returns: the variables, and the numbers of the lines that could not be read. Names that no shell takes are passed
    ///   over: they are for other programs.
    package static func parse(_ text: String) -> (values: [String: String], badLines: [Int]) {
        var values: [String: String] = [:]
        var badLines: [Int] = []
        let lines = lines(of: text.utf8)
        var next = 0
        while next < lines.count {
            let (index, content) = (next, trimmed(lines[next]))
            next += 1
            if content.isEmpty || content.first == UInt8(ascii: "#") { continue }
            guard let equals = content.firstIndex(of: UInt8(ascii: "=")) else {
                badLines.append(index + 1)
                continue
            }
            guard let name = name(content[..<equals]) else { continue }
            let start = trimmed(content[(equals + 1)...])
            if let value = value(start) {
                values[name] = String(decoding: value, as: UTF8.self)
            } else if let (value, count) = value(start, goingOn: lines[next...]) {
                values[name] = String(decoding: value, as: UTF8.self)
                next += count
            } else {
                badLines.append(index + 1)
            }
        }
        return (values, badLines)
    }

    private static func lines(of text: String.UTF8View) -> [ArraySlice<UInt8>] {
        var rest = Array(text)[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        var lines: [ArraySlice<UInt8>] = []
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            lines.append(rest[..<end])
            let isPair = rest[end] == 0x0D && rest.dropFirst(end - rest.startIndex + 1).first == 0x0A
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        return lines + [rest]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        var rest = trimmed(bytes)
        let export = Array("export".utf8)
        if rest.starts(with: export), rest.dropFirst(export.count).first.map(isBlank) ?? false {
            rest = trimmed(rest.dropFirst(export.count))
        }
        let isName = rest.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
            default: false
            }
        }
        return isName && !rest.isEmpty ? String(decoding: rest, as: UTF8.self) : nil
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return unquoted(bytes)
        }
        return quoted(bytes.dropFirst(), by: quote)?.value
    }

    /// A value whose quotes are closed on a later line, with nothing but a comment behind them.
    /// - Returns: the value and how many more lines it takes; nil when there is no such line.
    private static func value(
        _ start: ArraySlice<UInt8>,
        goingOn lines: ArraySlice<ArraySlice<UInt8>>
    ) -> (value: [UInt8], lines: Int)? {
        guard let quote = start.first else { return nil }
        var text = Array(start.dropFirst())
        for (index, line) in lines.enumerated() {
            text.append(0x0A)
            text += line
            guard line.contains(quote), let (value, rest) = quoted(text[...], by: quote) else { continue }
            let behind = trimmed(rest)
            return behind.isEmpty || behind.first == UInt8(ascii: "#") ? (value, index + 1) : nil
        }
        return nil
    }

    /// A value without quotes ends at a `#` after a blank.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var previous = UInt8(ascii: " ")
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "#"), isBlank(previous) { return Array(trimmed(bytes[..<index])) }
            previous = bytes[index]
        }
        return Array(bytes)
    }

    /// The text up to the closing quote, with `\n`, `\t`, `\"`, `\\` resolved between double quotes, and
    /// what is behind; nil without one.
    private static func quoted(
        _ bytes: ArraySlice<UInt8>,
        by quote: UInt8
    ) -> (value: [UInt8], rest: ArraySlice<UInt8>)? {
        var value: [UInt8] = []
        var isEscaped = false
        for (index, byte) in zip(bytes.indices, bytes) {
            if isEscaped {
                value.append(byte == UInt8(ascii: "n") ? 0x0A : byte == UInt8(ascii: "t") ? 0x09 : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                isEscaped = true
            } else if byte == quote {
                return (value, bytes[(index + 1)...])
            } else {
                value.append(byte)
            }
        }
        return nil
    }
}
