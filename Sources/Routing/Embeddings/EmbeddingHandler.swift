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
    /// Whether what is wrong with one input is said in its place, and the others have their vectors.
    var isPartial = false
}

/// What all dialects of embedding share: limits, the model's name, the engine's call, headers.
struct EmbeddingHandler: Sendable {
    /// Bodies up to this size, in bytes, are read on the event loop, and answers of so few vectors written there.
    private static let smallBody = 16 << 10
    private static let fewVectors = 16
    /// So few texts of bodies up to this size, in bytes, are also prepared and answered there: the built-in model's
    /// tokenizer counts some 16 bytes a microsecond, and 4096 numbers are written in a tenth of a millisecond.
    private static let briefBody = 4 << 10
    private static let briefTexts = 4
    /// An answer of more floats is streamed, so that its text is never in memory as a whole.
    static let largeAnswer = 256 << 10

    let service: any EmbeddingService
    let furtherModels: [ServedModel]
    let names: ModelNames
    let maximumInputs: Int
    let timeout: Duration

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        service = services.embeddings
        furtherModels = services.furtherModels
        names = ModelNames(aliases: configuration.modelAliases, elsewhere: configuration.otherModelNames)
        maximumInputs = configuration.maximumClientBatch
        timeout = configuration.requestTimeout
    }

    /// What answers for the model called `name`: the first, unless another is called so.
    func service(for name: String?) -> any EmbeddingService {
        guard let name, !furtherModels.isEmpty else { return service }
        let wanted = names.target(of: name)
        return furtherModels.first { ModelNames.isCalled($0.name, wanted) }?.service ?? service
    }

    /// Vectors with what there is to say of them.
    struct Answer: Sendable {
        var vectors: [Result<Embedding, EmbeddingError>]
        var result: EmbeddingResult
        /// Since the request was complete.
        var total: Duration
    }

    /// Answers a request that `decode` understands, as `respond` writes it: at once when it is small and all of it is in
    /// the cache.
    func answer<Style: Sendable>(
        _ context: RequestContext,
        decode: @escaping @Sendable (JSONValue) throws -> (call: EmbeddingCall, style: Style),
        respond: @escaping @Sendable (Answer, Style) -> HTTPResponse
    ) throws -> EndpointAnswer {
        guard context.bytes.count <= Self.smallBody else {
            return .later {
                let (call, style) = try decode(context.json())
                return respond(try await embed(call, context), style)
            }
        }
        let (call, style) = try decode(context.json())
        if call.inputs.count <= Self.fewVectors, let cached = try cached(call, context) {
            return .now(respond(cached, style))
        }
        let work: EndpointAnswer.Work = { respond(try await embed(call, context), style) }
        let isBrief = context.bytes.count <= Self.briefBody && call.inputs.count <= Self.briefTexts
        return isBrief ? .brief(work) : .later(work)
    }

    /// The answer when all of it is in the cache.
    private func cached(_ call: EmbeddingCall, _ context: RequestContext) throws -> Answer? {
        guard !call.inputs.isEmpty, !(call.clampsDimensions && call.dimensions != nil) else { return nil }
        let service = service(for: call.model)
        guard let result = service.cached(try request(call, service, context)) else { return nil }
        try names.check(call.model, result.model)
        return try answer(result, call, context)
    }

    /// Embeds the inputs of `call`.
    /// - Throws: `APIError`, `EmbeddingError`; the first fault of any input is that of the request.
    private func embed(_ call: EmbeddingCall, _ context: RequestContext) async throws -> Answer {
        let service = service(for: call.model)
        let model = try await model(of: service, context)
        try names.check(call.model, model)
        guard !call.inputs.isEmpty else {
            return try answer(EmbeddingResult(embeddings: [], model: model, tokens: 0), call, context)
        }
        var call = call
        if call.clampsDimensions, let dimensions = call.dimensions, dimensions >= model.dimensions {
            call.dimensions = nil
        }
        let request = try request(call, service, context)
        return try answer(await service.embed(request), call, context)
    }

    /// One that is not known yet is asked for, which may take as long as its provider does.
    private func model(of service: any EmbeddingService, _ context: RequestContext) async throws -> EmbeddingModel {
        if let known = service.knownModel { return known }
        return try await TimeLimit.run(timeout - context.elapsed, or: APIError.late) { try await service.model() }
    }

    private func request(
        _ call: EmbeddingCall,
        _ service: any EmbeddingService,
        _ context: RequestContext
    ) throws -> EmbeddingRequest {
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
                "token ids are not accepted here: send strings as input (with langchain-openai set "
                    + "check_embedding_ctx_length=False), or set TOKEN_ENCODING and fetch the vocabulary with scripts/bootstrap",
                parameter: "input"
            )
        }
        return EmbeddingRequest(
            inputs: call.inputs,
            type: call.type,
            dimensions: call.dimensions,
            truncate: call.truncate,
            deadline: .now + (timeout - context.elapsed),
            partition: context.caller.partition
        )
    }

    private func answer(
        _ result: EmbeddingResult,
        _ call: EmbeddingCall,
        _ context: RequestContext
    ) throws -> Answer {
        if !call.isPartial {
            for outcome in result.embeddings { _ = try outcome.get() }
        }
        return Answer(vectors: result.embeddings, result: result, total: context.elapsed)
    }
}

extension EmbeddingHandler.Answer {
    /// A JSON answer whose vectors are written by `element`, one by one, between what `start` and `end` write; `fault`
    /// writes what stands in the place of one that is missing.
    func response(
        start: @escaping @Sendable (inout JSONWriter) -> Void,
        element: @escaping @Sendable (inout JSONWriter, Int, [Float]) -> Void,
        fault: @escaping @Sendable (inout JSONWriter, Int, EmbeddingError) -> Void = { json, _, _ in json.null() },
        end: @escaping @Sendable (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        let floats = vectors.count * result.model.dimensions
        let write: @Sendable (inout JSONWriter, Int, Result<Embedding, EmbeddingError>) -> Void = {
            json,
            index,
            outcome in
            switch outcome {
            case .success(let vector): element(&json, index, vector.values)
            case .failure(let error): fault(&json, index, error)
            }
        }
        var response = HTTPResponse(.ok, headers: ["Content-Type": "application/json"])
        response.headers.append("X-Embed-Star-Cache", result.cache.rawValue)
        response.headers.append("Server-Timing", serverTiming)
        if floats > EmbeddingHandler.largeAnswer {
            response.body = .stream { [vectors] writer in
                try await Self.stream(vectors, to: writer, start: start, element: write, end: end)
            }
        } else {
            var json = JSONWriter(capacity: 256 + floats * 12)
            start(&json)
            for (index, vector) in vectors.enumerated() { write(&json, index, vector) }
            end(&json)
            response.body = .bytes(json.bytes)
        }
        return response
    }

    private static func stream(
        _ vectors: [Result<Embedding, EmbeddingError>],
        to writer: any HTTPBodyWriter,
        start: @Sendable (inout JSONWriter) -> Void,
        element: @Sendable (inout JSONWriter, Int, Result<Embedding, EmbeddingError>) -> Void,
        end: @Sendable (inout JSONWriter) -> Void
    ) async throws {
        let piece = 64 << 10
        var json = JSONWriter(capacity: piece * 5 / 4)
        start(&json)
        for (index, vector) in vectors.enumerated() {
            element(&json, index, vector)
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
