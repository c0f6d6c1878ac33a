import FoundationEssentials

/// What `--json` prints. Other people wrote what is in it: what a terminal would obey is escaped. It stands in strings only,
/// where an escape means the same (RFC 8259 §7).
enum JSONText {
    /// A value of ours, indented, in an order that stays.
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return of(answer: [UInt8](try encoder.encode(value)))
    }

    /// Counts by their names.
    static func of(counts: KeyValuePairs<String, Int>) throws -> String {
        try of(Dictionary(uniqueKeysWithValues: counts.map { ($0, $1) }))
    }

    /// A JSON text as it is.
    static func of(answer bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        return text.unicodeScalars.reduce(into: "") { escaped, scalar in
            guard isObeyed(scalar) else { return escaped.unicodeScalars.append(scalar) }
            let digits = String(scalar.value, radix: 16)
            escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    /// Whether it is a control code of more than seven bits or changes the direction of writing.
    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        (0x7F...0x9F).contains(scalar.value) || scalar.changesDirection
    }
}
