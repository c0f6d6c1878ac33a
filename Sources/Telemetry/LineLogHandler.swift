import DateTime
package import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes one line a message to standard error: text for people, JSON for machines.
package struct LineLogHandler: LogHandler {
    package enum Format: String, Sendable, CaseIterable { case text, json }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String
    private let format: Format
    private let redaction: Redaction
    private let throttle: LogThrottle

    /// - Parameter throttle: shared by the handlers of all parts; counts warnings and errors that repeat themselves.
    package init(
        label: String,
        levels: LogLevels,
        format: Format,
        redaction: Redaction,
        throttle: LogThrottle = LogThrottle()
    ) {
        self.label = label
        self.format = format
        self.redaction = redaction
        self.throttle = throttle
        logLevel = levels.level(for: label)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var suppressed = 0
        if event.level >= .warning {
            guard case .write(let count) = throttle.admit("\(label) \(event.level) \(event.message)") else { return }
            suppressed = count
        }
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        if let trace = Span.current?.context {
            fields.append(("span-id", .string(TraceContext.text(ofSpan: trace.spanID))))
            fields.append(("trace-id", .string(trace.traceID.description)))
        }
        if suppressed > 0 { fields.append(("suppressed", .stringConvertible(suppressed))) }
        let time = Timestamp.now.textWithMilliseconds
        let line =
            switch format {
            case .text: textLine(time, event.level, event.message, fields)
            case .json: jsonLine(time, event.level, event.message, fields)
            }
        // One write a line, so that lines of several threads do not mix.
        var text = redaction.apply(line)
        _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func textLine(
        _ time: String,
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        let name = level.rawValue.uppercased()
        let padded = name + String(repeating: " ", count: max(0, 8 - name.utf8.count))
        let part = label.split(separator: ".").last ?? ""
        let details = fields.map { " \($0.key)=\(Self.quoted(Self.text($0.value)))" }.joined()
        return "\(time) \(padded)\(part): \(Self.singleLine("\(message)"))\(details)\n"
    }

    private func jsonLine(
        _ time: String,
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"logger\":\(Self.json(label))"
        line += ",\"message\":\(Self.json("\(message)"))"
        for field in fields { line += ",\(Self.json(field.key)):\(Self.json(field.value))" }
        return line + "}\n"
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): "\(value)"
        case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
        case .dictionary(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
        }
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): json(text)
        case .stringConvertible(let value): isJSON(value) ? "\(value)" : json("\(value)")
        case .array(let values): "[\(values.map(json).joined(separator: ","))]"
        case .dictionary(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\(json($0.key)):\(json($0.value))" }.joined(separator: ","))}"
        }
    }

    /// Whether JSON writes the value as Swift does: numbers and booleans.
    private static func isJSON(_ value: any CustomStringConvertible & Sendable) -> Bool {
        if let number = value as? Double { return number.isFinite }
        return value is any BinaryInteger || value is Bool
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.isEmpty || text.unicodeScalars.contains { $0 == " " || $0 == "\"" || isControl($0) }
        return needsQuotes ? json(text) : text
    }

    private static func singleLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(json(text).dropFirst().dropLast())
    }

    /// What terminals may obey: C0, DEL and C1 (ECMA-48).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// `text` as a JSON string, in quotes.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
