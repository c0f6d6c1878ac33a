import EmbeddingCore
import HTTP
import JSON
import Logging

/// The dialect of text-embeddings-inference: `/embed`, `/embed_all`, and `/info`.
struct TEIRoutes: Sendable {
    private let handler: EmbeddingHandler
    private let version: String

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
        version = configuration.version
    }

    var endpoints: [Endpoint] {
        [
            handler.endpoint(
                "/embed",
                .tei,
                decode: { json, _ in (try Self.call(json), ()) },
                respond: { answer, _ in answer.response() }
            ),
            .reading(.post, "/embed_all", .tei, consumes: .json, handle: embedAll),
            .reading(.get, "/info", .tei) { _ in try await info() },
        ]
    }

    /// The vectors of every token.
    @Sendable
    private func embedAll(_ context: RequestContext) async throws -> HTTPResponse {
        let call = try Self.call(context.object())
        let service = try await handler.checkedService(for: call.model)
        let request = try handler.request(call.request, service, context)
        let inputs = try await service.tokenModel().vectors(request)
        let places = inputs.indices.flatMap { input in (0..<max(1, inputs[input].count)).map { (input, $0) } }
        return .elements(places.count, floats: inputs.reduce(0) { $0 + $1.values.count }) { json, index in
            let (input, row) = places[index]
            let (vectors, width) = (inputs[input], inputs[input].width)
            if row == 0 { json.open(UInt8(ascii: "[")) }
            if row < vectors.count { json.vector(Array(vectors.values[row * width..<(row + 1) * width])) }
            if row + 1 >= vectors.count { json.close(UInt8(ascii: "]")) }
        }
    }

    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        guard let inputs = json["inputs"] else { throw APIError.badRequest("inputs is missing") }
        return try call(json, inputs: inputs)
    }

    /// - Parameter json: what is to be done with the inputs.
    static func call(_ json: JSONValue, inputs: JSONValue) throws -> EmbeddingCall {
        var call = try EmbeddingCall(json, inputs: inputs.embeddingInputs("inputs"))
        call.request.dimensions = try json.dimensions()
        call.request.isNormalized = try json.optional("normalize", "true or false", \.bool) ?? true
        call.request.truncate = try json.optional("truncate", "true or false", \.bool) ?? true
        call.request.truncatedEnd =
            try json.optional("truncation_direction", "left or right") { value in
                value.string.flatMap { TruncatedEnd(rawValue: $0.lowercased()) }
            } ?? .right
        try readPrompt(json, into: &call.request)
        return call
    }

    /// The prompts that every model may have are those of the two input types, of which providers are told.
    private static func readPrompt(_ json: JSONValue, into request: inout EmbeddingRequest) throws {
        let name = try json.promptName()
        guard json["input_type"] ?? .null == .null else { return }
        switch name {
        case "query": request.type = .query
        case "document", "passage": request.type = .document
        default: request.promptName = name
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
