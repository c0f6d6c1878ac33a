import EmbeddingCore
import HTTP
import JSON

/// Reading of `input` and its companions, common to the dialects. Unknown fields are ignored there.
extension JSONValue {
    /// A string, an array of strings, an array of token ids, or an array of arrays of token ids.
    /// - Parameter allowsEmpty: whether empty texts and arrays among others are for the engine to refuse.
    /// - Throws: `APIError` 400.
    func embeddingInputs(_ name: String, allowsEmpty: Bool = false) throws -> [EmbeddingInput] {
        switch self {
        case .string(let text): return [try Self.text(text, name, allowsEmpty)]
        case .array(let elements):
            guard let first = elements.first else { throw Self.empty("\(name) is empty", name) }
            if first.integer != nil { return [.tokens(try Self.tokens(elements, name, allowsEmpty))] }
            return try elements.map { element in
                switch element {
                case .string(let text): try Self.text(text, name, allowsEmpty)
                case .array(let ids): .tokens(try Self.tokens(ids, name, allowsEmpty))
                default: throw Self.wrongType(name)
                }
            }
        default: throw Self.wrongType(name)
        }
    }

    private static func text(_ text: String, _ name: String, _ allowsEmpty: Bool) throws -> EmbeddingInput {
        guard allowsEmpty || !text.isEmpty else { throw empty("\(name) has an empty string", name) }
        return .text(text)
    }

    private static func tokens(_ elements: [JSONValue], _ name: String, _ allowsEmpty: Bool) throws -> [Int] {
        guard allowsEmpty || !elements.isEmpty else { throw empty("\(name) has an empty array", name) }
        return try elements.map { element in
            guard let id = element.integer, (0...Int(Int32.max)).contains(id) else { throw wrongType(name) }
            return id
        }
    }

    private static func empty(_ detail: String, _ name: String) -> APIError {
        APIError(.badRequest, .empty, detail, parameter: name)
    }

    private static func wrongType(_ name: String) -> APIError {
        .badRequest(
            "\(name) must be a string, an array of strings, an array of token ids, or an array of such arrays",
            parameter: name
        )
    }

    /// A member that may be left out or null.
    /// - Throws: `APIError` 400 when it is something else.
    func optional<Value>(_ name: String, _ kind: String, _ read: (JSONValue) -> Value?) throws -> Value? {
        guard let member = self[name], member != .null else { return nil }
        guard let value = read(member) else {
            throw APIError.badRequest("\(name) must be \(kind)", parameter: name)
        }
        return value
    }

    /// `dimensions`, at least one.
    func dimensions() throws -> Int? {
        try optional("dimensions", "a whole number from 1 to 65536") { value in
            value.integer.flatMap { (1...65536).contains($0) ? $0 : nil }
        }
    }

    func inputType() throws -> EmbeddingInputType {
        try optional("input_type", "document or query") { $0.string.flatMap(EmbeddingInputType.init) } ?? .document
    }

    /// Which of the model's prompts is put before the inputs, as TEI names it.
    func promptName() throws -> String? { try optional("prompt_name", "a string", \.string) }

    /// - Throws: `APIError` 400 when it is not an object.
    func requireObject() throws {
        guard case .object = self else { throw APIError.badRequest("the body must be a JSON object") }
    }
}
