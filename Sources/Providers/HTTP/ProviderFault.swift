import EmbeddingCore
import JSON

/// What a provider's refusal says, in any of the shapes in use: OpenAI's `{"error":{…}}`, Ollama's `{"error":"text"}`,
/// FastAPI's `detail` as text and as a list, problem details (RFC 9457), `errors` as a list and by field, `message` in any
/// case, OAuth's `error_description`, and plain text. This is the
/// one place where a provider's words are read.
struct ProviderFault: Equatable {
    /// Fit for a log line; empty when the body says nothing.
    var message = ""
    var type: String?
    /// The parameter of the request that is refused.
    var parameter: String?
    var code: String?

    /// Scalars of a message.
    static let longestMessage = 300
    /// A longer body is no refusal; its beginning is shown.
    private static let longestBody = 1 << 20
    /// The parameters that the providers' requests have.
    private static let parameters = [
        "encoding_format", "dimensions", "output_dimension", "input_type", "truncation", "truncate", "model",
    ]

    /// The members that have words, in lower case.
    private static let telling = [
        "error", "errors", "detail", "message", "msg", "error_description", "error_message", "reason", "fault",
        "faultstring", "title",
    ]

    private var words: [String] = []

    init(_ body: [UInt8]) {
        if body.count <= Self.longestBody, let json = Self.json(body) {
            read(json, depth: 0)
        } else {
            words = [Self.plain(body)]
        }
        message = Self.printable(words.filter { !$0.isEmpty }.joined(separator: "; "))
        parameter = parameter ?? named()
    }

    /// Whether it is the model that is unknown, and not the path.
    var concernsModel: Bool { parameter == "model" || code?.hasPrefix("model_") == true }

    /// The error of an answer that was accepted but cannot be used, with the provider's own words if there are any.
    static func unusable(_ body: [UInt8], _ reason: String) -> EmbeddingError {
        let words = ProviderFault(body).message
        let isRefusal = body.count <= longestBody && !words.isEmpty
        return EmbeddingError(.badResponse, isRefusal ? "\(reason): \(words)" : reason)
    }

    /// Some servers write JSON in Latin 1.
    private static func json(_ body: [UInt8]) -> JSONValue? {
        if let json = try? JSONValue(body) { return json }
        return body.first == UInt8(ascii: "{") ? try? JSONValue(Array(String(decoding: body, as: UTF8.self).utf8)) : nil
    }

    private mutating func read(_ value: JSONValue, depth: Int) {
        guard depth < 5 else { return }
        switch value {
        case .string(let text): if !words.contains(text) { words.append(text) }
        case .array(let items): for item in items.prefix(3) { read(item, depth: depth + 1) }
        case .object(let object):
            let before = words.count
            let members = Dictionary(object.members.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            for name in Self.telling {
                if let inner = members[name] { read(inner, depth: depth + 1) }
            }
            // What is within a fault tells of it, whatever it is called.
            if depth > 0, words.count == before {
                for member in object.members.prefix(3) { read(member.value, depth: depth + 1) }
            }
            readDetails(object)
        default: break
        }
    }

    private mutating func readDetails(_ object: JSONObject) {
        type = type ?? object["type"]?.string ?? object["error_type"]?.string
        parameter = parameter ?? object["param"]?.string ?? object["loc"]?.array?.last?.string
        // Google's `reason` and `status` say what its number does not.
        code =
            code ?? object["code"]?.string ?? object["details"]?.array?.lazy.compactMap { $0["reason"]?.string }.first
            ?? object["status"]?.string
    }

    /// The first of the parameters that is named as a word of its own.
    private func named() -> String? {
        let named = message.utf8.split { byte in
            !(byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20))
        }.map { String($0)?.lowercased() ?? "" }
        return Self.parameters.first { named.contains($0) }
    }

    /// What is no JSON: a line of text, or the page of a proxy.
    private static func plain(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(4 * longestMessage), as: UTF8.self)
        let start = text.utf8.first { $0 > 0x20 }
        return start == UInt8(ascii: "<") ? "a page of HTML" : start == UInt8(ascii: "{") ? "" : text
    }

    /// One line without control characters.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longestMessage) {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(scalars)
    }
}
