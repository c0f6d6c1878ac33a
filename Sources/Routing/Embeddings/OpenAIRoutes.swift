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
            handler.endpoint("/v1/embeddings", .openAI, decode: Self.call, respond: Self.response),
            .reading(.get, "/v1/models", .openAI) { _ in
                let models = try await handler.listed()
                return .json { json in
                    json.member("object", "list")
                    json.key("data")
                    json.array { json in
                        for (model, name) in models { json.object { write(model.provider, name, to: &$0) } }
                    }
                }
            },
            .reading(.get, "/v1/models/{id...}", .openAI) { context in
                let name = context.parameters[0]
                let model = try await handler.checkedService(for: name).model()
                return .json { write(model.provider, name, to: &$0) }
            },
        ]
    }

    private static func call(_ json: JSONValue, _ context: RequestContext) throws -> (EmbeddingCall, Style) {
        guard let input = json["input"] else { throw APIError.badRequest("input is missing", parameter: "input") }
        _ = try json.optional("user", "a string", \.string)
        let isPartial = try context.flag("partial")
        var call = try EmbeddingCall(json, inputs: input.embeddingInputs("input", allowsEmpty: isPartial))
        call.model = call.model ?? context.parameters.first
        call.request.dimensions = try json.dimensions()
        call.isPartial = isPartial
        return (call, Style(format: try Format(json), name: call.model))
    }

    /// How the numbers are written.
    private enum Format: String, Sendable {
        case float, base64

        init(_ json: JSONValue) throws {
            self = try json.optional("encoding_format", "float or base64") { $0.string.flatMap(Format.init) } ?? .float
        }
    }

    /// How a request wants its answer.
    private struct Style: Sendable {
        var format: Format
        /// The model, as it was asked for.
        var name: String?
    }

    private static func response(_ answer: EmbeddingAnswer, _ style: Style) -> HTTPResponse {
        let model = style.name ?? answer.result.model.name
        let format = style.format
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
        } fault: { json, index, error in
            json.object { json in
                json.member("object", "error")
                json.member("index", index)
                json.member("error") { (APIError(error) ?? .unexpected).writeOpenAI(to: &$0) }
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

    private func write(_ provider: ProviderName, _ name: String, to json: inout JSONWriter) {
        json.member("id", name)
        json.member("object", "model")
        json.member("created", created)
        json.member("owned_by", provider.rawValue)
    }
}
