import EmbeddingCore
import Providers
import ServiceLifecycle
import Synchronization

/// The first model and the reranker while they are on their way: the service listens already, and whoever asks for them
/// is told how far they are. Once they are there, it hands on to them.
final class ArrivingModels: Service {
    typealias Report = @Sendable (_ progress: String) -> Void

    private enum State {
        case underway(String)
        case here(LoadedModels)
    }

    private static let retryAfter = Duration.seconds(5)

    private let state = Mutex(State.underway("waiting for the model"))
    private let fetch: @Sendable (@escaping Report) async throws -> Void
    private let load: @Sendable () throws(EmbeddingError) -> LoadedModels
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - fetch: brings what `load` needs, and says now and then how far it is.
    ///   - load: takes its time.
    init(
        fetch: @escaping @Sendable (@escaping Report) async throws -> Void,
        load: @escaping @Sendable () throws(EmbeddingError) -> LoadedModels
    ) {
        self.fetch = fetch
        self.load = load
        (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    }

    /// Brings the models, and then lasts until the service is shut down.
    /// - Throws: what `fetch` and `load` throw, unless it was shut down meanwhile.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.bring() }
        } catch {
            guard Task.isShuttingDownGracefully else { throw error }
        }
        try? await gracefulShutdown()
    }

    /// Returns when the models are there, or when the task is cancelled. One task may wait.
    func wait() async { for await _ in arrivals {} }

    /// - Throws: `.unavailable` with how far they are, while they are not there.
    func models() throws(EmbeddingError) -> LoadedModels {
        switch state.withLock(\.self) {
        case .here(let models): return models
        case .underway(let progress):
            throw EmbeddingError(.unavailable, progress, retryAfter: Self.retryAfter)
        }
    }

    private func bring() async throws {
        try await fetch { progress in self.state.withLock { $0 = .underway(progress) } }
        state.withLock { $0 = .underway("the model is being loaded") }
        let models = try await BlockingWork.run { [load] in Result(catching: load) }.get()
        state.withLock { $0 = .here(models) }
        arrival.finish()
    }
}

extension ArrivingModels: EmbeddingService {
    var limits: EmbeddingLimits { (try? models())?.embeddings.limits ?? .unknown }

    var providerState: ProviderState {
        switch state.withLock(\.self) {
        case .here(let models): models.embeddings.providerState
        case .underway(let progress): .preparing(progress)
        }
    }

    var knownModel: EmbeddingModel? { (try? models())?.embeddings.knownModel }

    func model() async throws(EmbeddingError) -> EmbeddingModel { try await models().embeddings.model() }

    func tokenModel() async throws(EmbeddingError) -> any TokenModel { try await models().embeddings.tokenModel() }

    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? {
        (try? models())?.embeddings.cached(&request)
    }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        try await models().embeddings.embed(request)
    }
}

/// The reranker among them.
struct ArrivingReranker: Reranker {
    let modelName: String
    let models: ArrivingModels

    func rerank(_ documents: [String], for query: String) async throws(EmbeddingError) -> RerankResult {
        guard let reranker = try models.models().reranker else {
            throw EmbeddingError(.internal, "the reranker was not loaded")
        }
        return try await reranker.rerank(documents, for: query)
    }
}
