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
                access: .scope(.read),
                dialect: .openAI,
                consumes: .json,
                logLevel: .debug,
                answer: { context in
                    try handler.answer(
                        context,
                        decode: { json in
                            let isPartial = try context.flag("partial")
                            var call = try Self.call(json, isPartial: isPartial)
                            call.model = call.model ?? context.parameters.first
                            return (call, Style(format: try Format(json), name: call.model))
                        },
                        respond: Self.response
                    )
                }
            ),
            Self.reading("/v1/models") { _ in
                let model = try await handler.service.model()
                return .json { json in
                    json.member("object", "list")
                    json.key("data")
                    json.array { json in
                        for name in handler.names.listed(model) + handler.furtherModels.map(\.name) {
                            json.object { write(model.provider, name, to: &$0) }
                        }
                    }
                }
            },
            Self.reading("/v1/models/{id...}") { context in
                let name = context.parameters[0]
                let model = try await handler.service(for: name).model()
                try handler.names.check(name, model)
                return .json { write(model.provider, name, to: &$0) }
            },
        ]
    }

    private static func reading(
        _ template: String,
        handle: @escaping @Sendable (RequestContext) async throws -> HTTPResponse
    ) -> Endpoint {
        Endpoint(
            method: .get,
            template: template,
            access: .scope(.read),
            dialect: .openAI,
            logLevel: .debug,
            handle: handle
        )
    }

    private static func call(_ json: JSONValue, isPartial: Bool) throws -> EmbeddingCall {
        try json.requireObject()
        guard let input = json["input"] else { throw APIError.badRequest("input is missing", parameter: "input") }
        _ = try json.optional("user", "a string", \.string)
        return EmbeddingCall(
            inputs: try input.embeddingInputs("input", allowsEmpty: isPartial),
            model: try json.optional("model", "a string", \.string),
            dimensions: try json.dimensions(),
            type: try json.inputType(),
            isPartial: isPartial
        )
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

    private static func response(_ answer: EmbeddingHandler.Answer, _ style: Style) -> HTTPResponse {
        let model = style.name.flatMap { $0.isEmpty ? nil : $0 } ?? answer.result.model.name
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
