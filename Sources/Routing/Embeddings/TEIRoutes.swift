import EmbeddingCore
import HTTP
import JSON
import Logging

/// The dialect of text-embeddings-inference: `/embed` and `/info`.
struct TEIRoutes: Sendable {
    private let handler: EmbeddingHandler
    private let version: String

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
        version = configuration.version
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .post,
                template: "/embed",
                access: .scope(.read),
                dialect: .tei,
                consumes: .json,
                logLevel: .debug,
                answer: { context in
                    try handler.answer(
                        context,
                        decode: { (try Self.call($0), ()) },
                        respond: { answer, _ in Self.response(answer) }
                    )
                }
            ),
            Endpoint(
                method: .get,
                template: "/info",
                access: .scope(.read),
                dialect: .tei,
                logLevel: .debug,
                handle: { _ in try await info() }
            ),
        ]
    }

    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        try json.requireObject()
        guard let inputs = json["inputs"] else { throw APIError.badRequest("inputs is missing") }
        return try call(json, inputs: inputs)
    }

    /// - Parameter json: what is to be done with the inputs.
    static func call(_ json: JSONValue, inputs: JSONValue) throws -> EmbeddingCall {
        // Vectors always have unit length; the flag is checked and has no other effect.
        _ = try json.optional("normalize", "true or false", \.bool)
        return EmbeddingCall(
            inputs: try inputs.embeddingInputs("inputs"),
            model: try json.optional("model", "a string", \.string),
            dimensions: try json.dimensions(),
            type: try type(json),
            truncate: try json.optional("truncate", "true or false", \.bool) ?? true
        )
    }

    /// `prompt_name` names a prefix: that of one of the two input types, or another that the model has.
    private static func type(_ json: JSONValue) throws -> EmbeddingInputType {
        let name = try json.optional("prompt_name", "a string") { value -> EmbeddingInputType? in
            switch value.string {
            case "query": .query
            case "document", "passage": .document
            case let name?: .prompt(name)
            case nil: nil
            }
        }
        guard let given = json["input_type"], given != .null else { return name ?? .document }
        return try json.inputType()
    }

    private static func response(_ answer: EmbeddingHandler.Answer) -> HTTPResponse {
        answer.response { json in
            json.open(UInt8(ascii: "["))
        } element: { json, _, vector in
            json.vector(vector)
        } end: { json in
            json.close(UInt8(ascii: "]"))
        }
    }

    private func info() async throws -> HTTPResponse {
        let model = try await handler.service.model()
        let limits = handler.service.limits
        return .json { json in
            json.member("model_id", model.name)
            json.member("model_sha", model.revision)
            json.member("model_dtype", "float32")
            json.member("model_type") { type in type.member("embedding") { _ in } }
            json.member("dimensions", model.dimensions)
            json.member("max_input_length", limits.tokensPerText)
            json.member("max_batch_tokens", limits.tokensPerCall)
            json.member("max_batch_requests", limits.items)
            json.member("max_client_batch_size", handler.maximumInputs)
            json.member("auto_truncate", true)
            json.member("version", version)
        }
    }
}
