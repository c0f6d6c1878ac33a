import EmbeddingCore
import HTTP
import JSON

/// A dialect's request, understood.
struct EmbeddingCall: Sendable {
    var inputs: [EmbeddingInput]
    var model: String?
    var dimensions: Int?
    /// Whether more dimensions than the model has mean as many as it has.
    var clampsDimensions = false
    var type = EmbeddingInputType.document
    var truncate = true
}

/// What all dialects of embedding share: limits, the model's name, the engine's call, headers.
struct EmbeddingHandler: Sendable {
    /// Bodies up to this size are read on the event loop, to look for a full cache hit.
    private static let smallBody = 16 << 10
    /// Floats that may be written on the event loop.
    private static let smallAnswer = 32 << 10
    /// An answer of more floats is streamed, so that its text is never in memory as a whole.
    static let largeAnswer = 256 << 10

    let service: any EmbeddingService
    let names: ModelNames
    let maximumInputs: Int
    let timeout: Duration

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        service = services.embeddings
        names = ModelNames(aliases: configuration.modelAliases)
        maximumInputs = configuration.maximumClientBatch
        timeout = configuration.requestTimeout
    }

    /// Vectors with what there is to say of them.
    struct Answer: Sendable {
        var vectors: [Embedding]
        var result: EmbeddingResult
        /// Since the request was complete.
        var total: Duration
    }

    /// The answer when all of it is in the cache and small enough for the event loop.
    func cached(
        _ context: RequestContext,
        decode: (JSONValue) throws -> EmbeddingCall
    ) throws -> Answer? {
        guard context.bytes.count <= Self.smallBody else { return nil }
        let call = try decode(context.json())
        guard !call.inputs.isEmpty, !(call.clampsDimensions && call.dimensions != nil) else { return nil }
        let request = try request(call, context)
        guard let result = service.cached(request) else { return nil }
        guard result.embeddings.count * result.model.dimensions <= Self.smallAnswer else { return nil }
        try names.check(call.model, result.model)
        return try answer(result, context)
    }

    /// Embeds the inputs of `call`.
    /// - Throws: `APIError`, `EmbeddingError`; the first fault of any input is that of the request.
    func embed(_ call: EmbeddingCall, _ context: RequestContext) async throws -> Answer {
        let model = try await service.model()
        try names.check(call.model, model)
        guard !call.inputs.isEmpty else {
            return try answer(EmbeddingResult(embeddings: [], model: model, tokens: 0), context)
        }
        var call = call
        if call.clampsDimensions, let dimensions = call.dimensions, dimensions >= model.dimensions {
            call.dimensions = nil
        }
        let request = try request(call, context)
        return try answer(await service.embed(request), context)
    }

    private func request(_ call: EmbeddingCall, _ context: RequestContext) throws -> EmbeddingRequest {
        guard call.inputs.count <= maximumInputs else {
            throw APIError(
                .badRequest,
                .tooManyInputs,
                "\(call.inputs.count) inputs are too many for one request; \(maximumInputs) are allowed",
                parameter: "input"
            )
        }
        if !service.limits.acceptsTokens, call.inputs.contains(where: \.isTokens) {
            throw APIError.badRequest(
                "this model takes text, not token ids: send strings as input "
                    + "(with langchain-openai set check_embedding_ctx_length=False)",
                parameter: "input"
            )
        }
        return EmbeddingRequest(
            inputs: call.inputs,
            type: call.type,
            dimensions: call.dimensions,
            truncate: call.truncate,
            deadline: .now + (timeout - context.elapsed)
        )
    }

    private func answer(_ result: EmbeddingResult, _ context: RequestContext) throws -> Answer {
        var vectors: [Embedding] = []
        vectors.reserveCapacity(result.embeddings.count)
        for outcome in result.embeddings { vectors.append(try outcome.get()) }
        return Answer(vectors: vectors, result: result, total: context.elapsed)
    }
}

extension EmbeddingHandler.Answer {
    /// A JSON answer whose vectors are written by `element`, one by one, between what `start` and `end` write.
    func response(
        start: @escaping @Sendable (inout JSONWriter) -> Void,
        element: @escaping @Sendable (inout JSONWriter, Int, [Float]) -> Void,
        end: @escaping @Sendable (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        let floats = vectors.count * (vectors.first?.values.count ?? 0)
        var response = HTTPResponse(.ok, headers: ["Content-Type": "application/json"])
        response.headers.append("X-Embed-Star-Cache", result.cache.rawValue)
        response.headers.append("Server-Timing", serverTiming)
        if floats > EmbeddingHandler.largeAnswer {
            response.body = .stream { [vectors] writer in
                try await Self.stream(vectors, to: writer, start: start, element: element, end: end)
            }
        } else {
            var json = JSONWriter(capacity: 256 + floats * 12)
            start(&json)
            for (index, vector) in vectors.enumerated() { element(&json, index, vector.values) }
            end(&json)
            response.body = .bytes(json.bytes)
        }
        return response
    }

    private static func stream(
        _ vectors: [Embedding],
        to writer: any HTTPBodyWriter,
        start: @Sendable (inout JSONWriter) -> Void,
        element: @Sendable (inout JSONWriter, Int, [Float]) -> Void,
        end: @Sendable (inout JSONWriter) -> Void
    ) async throws {
        let piece = 64 << 10
        var json = JSONWriter(capacity: piece * 5 / 4)
        start(&json)
        for (index, vector) in vectors.enumerated() {
            element(&json, index, vector.values)
            if json.bytes.count >= piece { try await writer.write(json.drain()) }
        }
        end(&json)
        try await writer.write(json.drain())
    }

    /// Milliseconds spent waiting for a batch, in the provider, and in all.
    private var serverTiming: String {
        "queue;dur=\(result.queueTime.milliseconds), provider;dur=\(result.providerTime.milliseconds), "
            + "total;dur=\(total.milliseconds)"
    }
}

extension EmbeddingInput {
    var isTokens: Bool {
        if case .tokens = self { return true }
        return false
    }
}
