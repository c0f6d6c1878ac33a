import EmbeddingCore
import HTTP
import JSON

/// Making repos due: one, or many by scope.
struct ReprocessRoutes: Sendable {
    private let store: any RepoStore
    private let pipeline: any PipelineControl
    private let embeddings: any EmbeddingService
    private let work: IdempotentWork
    /// The longest wait: the server gives up on an answer soon after.
    private let maximumWait: Duration

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        maximumWait = max(.zero, configuration.requestTimeout - .seconds(1))
        store = services.repos
        pipeline = services.pipeline
        embeddings = services.embeddings
        work = IdempotentWork(
            timeLimit: configuration.requestTimeout,
            store: services.idempotency,
            retention: .seconds(86_400)
        )
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .post,
                template: "/repos/{owner}/{name}/reprocess",
                access: .scope(.write),
                handle: reprocessOne
            ),
            Endpoint(
                method: .post,
                template: "/reprocess",
                access: .scope(.admin),
                consumes: .json,
                handle: reprocessMany
            ),
        ]
    }

    @Sendable
    private func reprocessOne(_ context: RequestContext) async throws -> HTTPResponse {
        var query = try context.query()
        let force = query.bool("force") ?? false
        let wait = query.integer("wait", in: 0...30) ?? 0
        try query.finish()
        let name = try context.repoName()
        let store = context.caller.repos(of: store)
        guard try await store.reprocess(named: name, force: force) else { throw APIError.unknownRepo }
        pipeline.wake()
        if wait > 0, let repo = try await settled(name, store, within: min(.seconds(wait), maximumWait)) {
            return .json { repo.write(to: &$0) }
        }
        return Self.enqueued(1)
    }

    /// The repo once nothing of it is due any more; nil when that takes longer.
    private func settled(_ name: String, _ store: any RepoStore, within limit: Duration) async throws -> StoredRepo? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            guard let repo = try await store.repo(named: name) else { throw APIError.unknownRepo }
            if repo.state != .pending { return repo }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    @Sendable
    private func reprocessMany(_ context: RequestContext) async throws -> HTTPResponse {
        let scope = try ReprocessScope(context.json())
        guard let key = try context.idempotencyKey() else { return Self.enqueued(try await reprocess(scope, context)) }
        let done = try await work.perform("reprocess:\(key)", payload: context.bytes) {
            try await reprocess(scope, context).description
        }
        return Self.enqueued(Int(done.answer) ?? 0)
    }

    /// - Returns: how many repos were made due.
    private func reprocess(_ scope: ReprocessScope, _ context: RequestContext) async throws -> Int {
        let count = try await context.caller.repos(of: store).reprocess(scope, model: embeddings.model())
        pipeline.wake()
        return count
    }

    private static func enqueued(_ count: Int) -> HTTPResponse {
        .json(.accepted) { $0.member("enqueued", count) }
    }
}

extension ReprocessScope {
    /// - Throws: `APIError` 400.
    init(_ json: JSONValue) throws {
        var fields = FieldReader(json)
        let kind = fields.choice("scope", of: Kind.self)
        if kind == nil, fields.errors.isEmpty { fields.report("scope", "scope is missing") }
        let owner = fields.string("owner", length: 1...100)
        let language = fields.string("language", length: 1...100)
        let force = fields.bool("force") ?? false
        try fields.finish()
        self.init(kind ?? .missing, owner: owner, language: language, force: force)
    }
}
