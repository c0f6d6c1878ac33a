import FoundationEssentials

/// What `--json` prints of values of ours: indented, in an order that stays.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Counts by their names.
    static func of(counts: KeyValuePairs<String, Int>) throws -> String {
        try of(Dictionary(uniqueKeysWithValues: counts.map { ($0, $1) }))
    }
}
