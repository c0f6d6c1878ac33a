import EmbeddingCore
import HTTP
import JSON
import Logging

/// What all dialects of embedding share: limits, the model's name, the engine's call.
struct EmbeddingHandler: Sendable {
    /// Bodies up to this size, in bytes, are read on the event loop, and answers of so few vectors written there.
    private static let smallBody = 16 << 10
    private static let fewVectors = 16
    /// So few texts of bodies up to this size, in bytes, are also prepared and answered there: the built-in model's
    /// tokenizer counts some 16 bytes a microsecond, and 4096 numbers are written in a tenth of a millisecond.
    private static let briefBody = 4 << 10
    private static let briefTexts = 4

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
        if let first = service.knownModel, ModelNames.areEqual(first.name, wanted) { return service }
        return furtherModels.first { names.isOwn(wanted, $0.model) }?.service ?? service
    }

    /// Every model under each of its names, the first model before the others.
    func listed() async throws -> [(model: EmbeddingModel, name: String)] {
        let first = try await service.model()
        return names.listed(first).map { (first, $0) }
            + furtherModels.flatMap { further in
                names.listed(further.model, isFirst: false).map { (further.model, $0) }
            }
    }

    /// The same, once it is known to be called so.
    /// - Throws: `APIError` 404 when no model is.
    func checkedService(for name: String?) async throws -> any EmbeddingService {
        let service = service(for: name)
        try names.check(name, try await service.model())
        return service
    }

    /// An endpoint that answers a request, which `decode` understands, as `respond` writes it: at once when it is small
    /// and all of it is in the cache.
    func endpoint<Style: Sendable>(
        _ template: String,
        _ dialect: ErrorDialect,
        consumes: Endpoint.Consumes = .json,
        decode: @escaping @Sendable (JSONValue, RequestContext) throws -> (call: EmbeddingCall, style: Style),
        respond: @escaping @Sendable (EmbeddingAnswer, Style) -> HTTPResponse
    ) -> Endpoint {
        Endpoint(
            method: .post,
            template: template,
            access: .scope(.read),
            dialect: dialect,
            consumes: consumes,
            logLevel: .debug,
            answer: { try answer($0, decode: decode, respond: respond) }
        )
    }

    private func answer<Style: Sendable>(
        _ context: RequestContext,
        decode: @escaping @Sendable (JSONValue, RequestContext) throws -> (call: EmbeddingCall, style: Style),
        respond: @escaping @Sendable (EmbeddingAnswer, Style) -> HTTPResponse
    ) throws -> EndpointAnswer {
        guard context.bytes.count <= Self.smallBody else {
            return .later {
                let (call, style) = try decode(context.object(), context)
                return respond(try await embed(call, context), style)
            }
        }
        let decoded = try decode(context.object(), context)
        let style = decoded.style
        var call = decoded.call
        if call.request.inputs.count <= Self.fewVectors, let cached = try cached(&call, context) {
            return .now(respond(cached, style))
        }
        let work: EndpointAnswer.Work = { [call] in respond(try await embed(call, context), style) }
        let isBrief = context.bytes.count <= Self.briefBody && call.request.inputs.count <= Self.briefTexts
        return isBrief ? .brief(work) : .later(work)
    }

    /// The answer when all of it is in the cache; else the call keeps what was found out about it.
    private func cached(_ call: inout EmbeddingCall, _ context: RequestContext) throws -> EmbeddingAnswer? {
        let mayClamp = call.clampsDimensions && call.request.dimensions != nil
        guard !call.request.inputs.isEmpty, !mayClamp else { return nil }
        let service = service(for: call.model)
        call.request = try request(call.request, service, context)
        guard let result = service.cached(&call.request) else { return nil }
        try names.check(call.model, result.model)
        return try answer(result, call, context)
    }

    /// Embeds the inputs of `call`.
    /// - Throws: `APIError`, `EmbeddingError`; the first fault of any input is that of the request.
    private func embed(_ call: EmbeddingCall, _ context: RequestContext) async throws -> EmbeddingAnswer {
        let service = service(for: call.model)
        let model = try await model(of: service, context)
        try names.check(call.model, model)
        guard !call.request.inputs.isEmpty else {
            return try answer(EmbeddingResult(embeddings: [], model: model, tokens: 0), call, context)
        }
        var wanted = call.request
        if call.clampsDimensions, let dimensions = wanted.dimensions, dimensions >= model.dimensions {
            wanted.dimensions = nil
        }
        return try answer(await service.embed(try request(wanted, service, context)), call, context)
    }

    /// - Throws: `APIError` 400 for more inputs than one request may have.
    func check(count: Int, of parameter: String) throws {
        guard count > maximumInputs else { return }
        throw APIError(
            .badRequest,
            .tooManyInputs,
            "\(count) inputs are too many for one request; \(maximumInputs) are allowed",
            parameter: parameter
        )
    }

    /// One that is not known yet is asked for, which may take as long as its provider does.
    private func model(of service: any EmbeddingService, _ context: RequestContext) async throws -> EmbeddingModel {
        if let known = service.knownModel { return known }
        return try await TimeLimit.run(timeout - context.elapsed, or: APIError.late) { try await service.model() }
    }

    /// The request with what is the caller's.
    /// - Throws: `APIError` 400.
    func request(
        _ wanted: EmbeddingRequest,
        _ service: any EmbeddingService,
        _ context: RequestContext
    ) throws -> EmbeddingRequest {
        try check(count: wanted.inputs.count, of: "input")
        if wanted.inputs.contains(where: \.isTokens), !service.limits.acceptsTokens {
            throw APIError.badRequest(
                "token ids are not accepted here: send strings as input (with langchain-openai set "
                    + "check_embedding_ctx_length=False), or set TOKEN_ENCODING and fetch the vocabulary with scripts/bootstrap",
                parameter: "input"
            )
        }
        var request = wanted
        request.deadline = .now + (timeout - context.elapsed)
        request.partition = context.caller.partition
        return request
    }

    private func answer(
        _ result: EmbeddingResult,
        _ call: EmbeddingCall,
        _ context: RequestContext
    ) throws -> EmbeddingAnswer {
        if !call.isPartial {
            for outcome in result.embeddings { _ = try outcome.get() }
        }
        return EmbeddingAnswer(vectors: result.embeddings, result: result, total: context.elapsed)
    }
}

extension Endpoint {
    /// An endpoint that changes nothing, for holders of a key that may read.
    static func reading(
        _ method: HTTPMethod,
        _ template: String,
        _ dialect: ErrorDialect,
        consumes: Consumes = .nothing,
        bodyLimit: Int? = nil,
        handle: @escaping @Sendable (RequestContext) async throws -> HTTPResponse
    ) -> Endpoint {
        Endpoint(
            method: method,
            template: template,
            access: .scope(.read),
            dialect: dialect,
            consumes: consumes,
            bodyLimit: bodyLimit,
            logLevel: .debug,
            handle: handle
        )
    }
}

extension EmbeddingInput {
    var isTokens: Bool {
        if case .tokens = self { return true }
        return false
    }
}
