import DateTime
import EmbeddingCore
import HTTP
import JSON
import Logging

/// Ollama's dialect: `/api/embed`, `/api/embeddings`, and what its clients ask about models.
struct OllamaRoutes: Sendable {
    private let handler: EmbeddingHandler
    private let version: String
    private let loadedModels: @Sendable () async -> [LoadedModelStatus]
    private let started = Timestamp.now.text

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
        version = configuration.version
        loadedModels = services.loadedModels
    }

    var endpoints: [Endpoint] {
        [
            embedding("/api/embed", call: Self.call, answer: Self.batch),
            embedding("/api/embeddings", call: Self.oldCall, answer: Self.single),
            .reading(.get, "/api/tags", .ollama) { _ in try await tags() },
            .reading(.get, "/api/ps", .ollama) { _ in await running() },
            .reading(.post, "/api/show", .ollama, consumes: .jsonOrForm, handle: show),
            .immediate(.get, "/api/version", access: .scope(.read), dialect: .ollama) { _ in
                .json { $0.member("version", version) }
            },
        ]
    }

    private func embedding(
        _ template: String,
        call: @escaping @Sendable (JSONValue) throws -> EmbeddingCall,
        answer: @escaping @Sendable (EmbeddingAnswer, _ name: String?) -> HTTPResponse
    ) -> Endpoint {
        handler.endpoint(
            template,
            .ollama,
            consumes: .jsonOrForm,
            decode: { json, _ in
                let call = try call(json)
                return (call, call.model)
            },
            respond: answer
        )
    }

    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        var call = try common(json)
        switch json["input"] ?? .null {
        case .null, .string(""): break
        case .string(let text): call.request.inputs = [.text(text)]
        case .array(let elements):
            call.request.inputs = try elements.map { element in
                guard let text = element.string, !text.isEmpty else {
                    throw APIError.badRequest("input must contain strings that are not empty")
                }
                return .text(text)
            }
        default: throw APIError.badRequest("input must be a string or an array of strings")
        }
        return call
    }

    private static func oldCall(_ json: JSONValue) throws -> EmbeddingCall {
        var call = try common(json)
        if let prompt = try json.optional("prompt", "a string", \.string), !prompt.isEmpty {
            call.request.inputs = [.text(prompt)]
        }
        return call
    }

    /// What both embedding routes take. `options` and `keep_alive` concern Ollama's own process.
    private static func common(_ json: JSONValue) throws -> EmbeddingCall {
        var call = try EmbeddingCall(json, inputs: [])
        let dimensions = try json.optional("dimensions", "a whole number from 0 to 65536") { value in
            value.integer.flatMap { (0...65536).contains($0) ? $0 : nil }
        }
        call.request.dimensions = dimensions == 0 ? nil : dimensions
        // Ollama gives the model's own vector when it is shorter than what is asked for.
        call.clampsDimensions = true
        call.request.truncate = try json.optional("truncate", "true or false", \.bool) ?? true
        return call
    }

    private static func batch(_ answer: EmbeddingAnswer, name: String?) -> HTTPResponse {
        let name = name ?? answer.result.model.name
        let nanoseconds = max(1, Int(answer.total / .nanoseconds(1)))
        let tokens = answer.result.tokens
        return answer.response { json in
            json.open(UInt8(ascii: "{"))
            json.member("model", name)
            json.key("embeddings")
            json.open(UInt8(ascii: "["))
        } end: { json in
            json.close(UInt8(ascii: "]"))
            json.member("total_duration", nanoseconds)
            // Durations and counts that are zero are left out, as Ollama does.
            if tokens > 0 { json.member("prompt_eval_count", tokens) }
            json.close(UInt8(ascii: "}"))
        }
    }

    private static func single(_ answer: EmbeddingAnswer, name: String?) -> HTTPResponse {
        let isEmpty = answer.vectors.isEmpty
        return answer.response { json in
            json.open(UInt8(ascii: "{"))
            json.key("embedding")
        } end: { json in
            if isEmpty { json.vector([]) }
            json.close(UInt8(ascii: "}"))
        }
    }
}

// MARK: - Models

extension OllamaRoutes {
    private func tags() async throws -> HTTPResponse {
        let models = try await handler.listed()
        return .json { json in
            json.key("models")
            json.array { json in
                for (model, name) in models { json.object { write(model, name, to: &$0) } }
            }
        }
    }

    /// The models in memory. One that is never dropped has an end far away, as with Ollama.
    private func running() async -> HTTPResponse {
        let loaded = await loadedModels()
        let now = Timestamp.now
        return .json { json in
            json.key("models")
            json.array { json in
                for status in loaded {
                    let left = status.timeLeft ?? .seconds(100 * 365 * 86_400)
                    json.object { json in
                        json.member("name", status.model.name)
                        json.member("model", status.model.name)
                        json.member("size", status.bytes)
                        json.member("digest", status.model.revision ?? "")
                        json.member("details") { details(of: status.model, &$0) }
                        json.member("expires_at", Timestamp(seconds: now.seconds + left.components.seconds).text)
                        json.member("size_vram", 0)
                    }
                }
            }
        }
    }

    private func write(_ model: EmbeddingModel, _ name: String, to json: inout JSONWriter) {
        json.member("name", name)
        json.member("model", name)
        json.member("modified_at", started)
        json.member("size", 0)
        json.member("digest", model.revision ?? "")
        json.member("details") { details(of: model, &$0) }
    }

    @Sendable
    private func show(_ context: RequestContext) async throws -> HTTPResponse {
        let json = try context.object()
        let name = try json.optional("model", "a string", \.string) ?? json.optional("name", "a string", \.string)
        let service = try await handler.checkedService(for: name)
        let model = try await service.model()
        let limits = service.limits
        return .json { json in
            json.member("modelfile", "")
            json.member("parameters", "")
            json.member("template", "")
            json.member("details") { details(of: model, &$0) }
            json.member("model_info") { info in
                info.member("general.architecture", "bert")
                info.member("general.basename", model.name)
                info.member("bert.embedding_length", model.dimensions)
                info.member("bert.context_length", limits.tokensPerText)
            }
            json.member("capabilities", ["embedding"])
            json.member("modified_at", started)
        }
    }

    private func details(of model: EmbeddingModel, _ json: inout JSONWriter) {
        json.member("parent_model", "")
        json.member("format", model.provider.rawValue)
        json.member("family", "bert")
        json.member("families", ["bert"])
        json.member("parameter_size", "")
        json.member("quantization_level", "")
    }
}
