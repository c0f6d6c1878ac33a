import DateTime
import EmbeddingCore
import HTTP
import JSON
import Logging

/// OpenAI's dialect: `/v1/embeddings` and `/v1/models`.
struct OpenAIRoutes: Sendable {
    private let handler: EmbeddingHandler
    /// Seconds since 1970 at which this process began to serve the model.
    private let created = Int(Timestamp.now.seconds)

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .post,
                template: "/v1/embeddings",
                dialect: .openAI,
                consumes: .json,
                logLevel: .debug,
                answer: { context in
                    try handler.answer(context, decode: { (try Self.call($0), try Format($0)) }, respond: Self.response)
                }
            ),
            Endpoint(method: .get, template: "/v1/models", dialect: .openAI, logLevel: .debug) { _ in
                let model = try await handler.service.model()
                return .json { json in
                    json.member("object", "list")
                    json.key("data")
                    json.array { $0.object { write(model, to: &$0) } }
                }
            },
            Endpoint(method: .get, template: "/v1/models/{id...}", dialect: .openAI, logLevel: .debug) { context in
                let model = try await handler.service.model()
                try handler.names.check(context.parameters[0], model)
                return .json { write(model, to: &$0) }
            },
        ]
    }

    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        try json.requireObject()
        guard let input = json["input"] else { throw APIError.badRequest("input is missing", parameter: "input") }
        _ = try json.optional("user", "a string", \.string)
        return EmbeddingCall(
            inputs: try input.embeddingInputs("input"),
            model: try json.optional("model", "a string", \.string),
            dimensions: try json.dimensions(),
            type: try json.inputType()
        )
    }

    /// How the numbers are written.
    private enum Format: String, Sendable {
        case float, base64

        init(_ json: JSONValue) throws {
            self = try json.optional("encoding_format", "float or base64") { $0.string.flatMap(Format.init) } ?? .float
        }
    }

    private static func response(_ answer: EmbeddingHandler.Answer, _ format: Format) -> HTTPResponse {
        let model = answer.result.model.name
        let tokens = answer.result.tokens
        return answer.response { json in
            json.open(UInt8(ascii: "{"))
            json.member("object", "list")
            json.key("data")
            json.open(UInt8(ascii: "["))
        } element: { json, index, vector in
            json.object { json in
                json.member("object", "embedding")
                json.member("index", index)
                json.key("embedding")
                switch format {
                case .float: json.vector(vector)
                case .base64: json.base64(vector)
                }
            }
        } end: { json in
            json.close(UInt8(ascii: "]"))
            json.member("model", model)
            json.key("usage")
            json.object { usage in
                usage.member("prompt_tokens", tokens)
                usage.member("total_tokens", tokens)
            }
            json.close(UInt8(ascii: "}"))
        }
    }

    private func write(_ model: EmbeddingModel, to json: inout JSONWriter) {
        json.member("id", model.name)
        json.member("object", "model")
        json.member("created", created)
        json.member("owned_by", model.provider.rawValue)
    }
}
