import JSON

/// What a provider's error body says, in any of the shapes in use: OpenAI's `{"error":{…}}`, Ollama's
/// `{"error":"text"}`, `{"message":…}`, `{"detail":…}`.
struct ProviderFault: Equatable {
    /// Cut to a length fit for a log line; empty when the body says nothing.
    var message = ""
    var type: String?
    var parameter: String?
    var code: String?

    static let longestMessage = 300

    init(_ body: [UInt8]) {
        _ = try? JSONReader.read(body) { reader throws(JSONError) in
            guard try reader.peek() == UInt8(ascii: "{") else { return try reader.skipValue() }
            try readMembers(&reader, depth: 0)
        }
        message = Self.printable(message)
    }

    private mutating func readMembers(_ reader: inout JSONReader, depth: Int) throws(JSONError) {
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "error":
                if depth == 0, try reader.peek() == UInt8(ascii: "{") {
                    try readMembers(&reader, depth: 1)
                } else {
                    message = try reader.readStringIfPresent() ?? message
                }
            case "message", "detail": message = try reader.readStringIfPresent() ?? message
            case "type", "error_type": type = try reader.readStringIfPresent()
            case "param": parameter = try reader.readStringIfPresent()
            case "code": code = try reader.readStringIfPresent()
            default: try reader.skipValue()
            }
        }
    }

    /// One line without control characters.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(longestMessage).map { $0.properties.generalCategory == .control ? " " : $0 }
            )
        )
    }
}
