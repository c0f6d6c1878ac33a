/// The `.env` format: `NAME=value` lines, `export`, comments, single and double quotes. It is read byte by byte, since a
/// line may end in CR, LF or both, and to a `String` CR and LF together are one character.
package enum DotEnv {
    /// - Returns: the variables, and the numbers of the lines that could not be read. Names that no shell takes are passed
    ///   over: they are for other programs.
    package static func parse(_ text: String) -> (values: [String: String], badLines: [Int]) {
        var values: [String: String] = [:]
        var badLines: [Int] = []
        for (index, line) in lines(of: text.utf8).enumerated() {
            let content = trimmed(line)
            if content.isEmpty || content.first == UInt8(ascii: "#") { continue }
            guard let equals = content.firstIndex(of: UInt8(ascii: "=")) else {
                badLines.append(index + 1)
                continue
            }
            guard let name = name(content[..<equals]) else { continue }
            guard let value = value(trimmed(content[(equals + 1)...])) else {
                badLines.append(index + 1)
                continue
            }
            values[name] = String(decoding: value, as: UTF8.self)
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
        return quoted(bytes.dropFirst(), by: quote)
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

    /// The text up to the closing quote, with `\n`, `\t`, `\"`, `\\` resolved between double quotes; nil without one.
    private static func quoted(_ bytes: ArraySlice<UInt8>, by quote: UInt8) -> [UInt8]? {
        var value: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                value.append(byte == UInt8(ascii: "n") ? 0x0A : byte == UInt8(ascii: "t") ? 0x09 : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                isEscaped = true
            } else if byte == quote {
                return value
            } else {
                value.append(byte)
            }
        }
        return nil
    }
}
