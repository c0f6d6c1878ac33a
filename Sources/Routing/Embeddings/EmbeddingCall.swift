import EmbeddingCore
import JSON

/// A dialect's request, understood.
struct EmbeddingCall: Sendable {
    var request: EmbeddingRequest
    /// Nil where the request names none, or an empty one.
    var model: String?
    /// Whether more dimensions than the model has mean as many as it has.
    var clampsDimensions = false
    /// Whether what is wrong with one input is said in its place, and the others have their vectors.
    var isPartial = false

    /// With what all dialects take: `model` and `input_type`.
    /// - Throws: `APIError` 400.
    init(_ json: JSONValue, inputs: [EmbeddingInput]) throws {
        request = EmbeddingRequest(inputs: inputs, type: try json.inputType())
        model = try json.optional("model", "a string", \.string).flatMap { $0.isEmpty ? nil : $0 }
    }
}
