import EmbeddingCore
import HTTP
import Logging
import Synchronization
import Telemetry

@testable import Routing

/// Services that answer from memory.
final class StubServices: Sendable {
    let embeddings = StubEmbeddings()
    let repos = StubRepos()
    let reranker = Mutex<(any Reranker)?>(nil)
    let idempotency = StubIdempotency()
    let search = StubSearch()
    let map = StubMap()
    let pipeline = StubPipeline()
    let starImports = StubStarImports()
    let health = StubHealth()
    let metrics = MetricsRegistry()

    func api(_ configure: (inout APIConfiguration) -> Void = { _ in }) -> API {
        var configuration = APIConfiguration()
        configure(&configuration)
        return API(
            ServiceDependencies(
                embeddings: embeddings,
                reranker: reranker.withLock { $0 },
                repos: repos,
                deadLetters: repos,
                idempotency: idempotency,
                search: search,
                map: map,
                pipeline: pipeline,
                starImports: starImports,
                health: health,
                metrics: metrics,
                exposition: { Array(($0 == .openMetrics ? "# EOF\n" : "up 1\n").utf8) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
            configuration: configuration
        )
    }
}

/// Remembers for good; `retentions` says how long it was asked to.
final class StubIdempotency: IdempotencyStore {
    let records = Mutex<[String: IdempotencyRecord]>([:])
    let retentions = Mutex<[String: Duration]>([:])

    func begin(_ name: String, payload: String, lease: Duration) async throws(StoreError) -> IdempotencyRecord? {
        records.withLock { records in
            if let known = records[name] { return known }
            records[name] = IdempotencyRecord(payload: payload)
            return nil
        }
    }

    func finish(_ name: String, answer: String, retention: Duration) async throws(StoreError) {
        records.withLock { $0[name]?.answer = answer }
        retentions.withLock { $0[name] = retention }
    }

    func abandon(_ name: String) async throws(StoreError) { records.withLock { $0[name] = nil } }
}

final class StubSearch: RepoSearch {
    let queries = Mutex<[SearchQuery]>([])
    let failure = Mutex<SearchError?>(nil)
    let next = Mutex<String?>(nil)
    let repo = Mutex(Repo(fullName: "a/b", description: "\"x\"", stars: 5))

    func search(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        queries.withLock { $0.append(query) }
        return try answer(query.mode)
    }

    func similar(
        to fullName: String,
        filter: SearchFilter,
        limit: Int,
        cursor: String?
    ) async throws(SearchError) -> SearchAnswer {
        let query = SearchQuery(.text(fullName), mode: .vector, filter: filter, limit: limit, cursor: cursor)
        queries.withLock { $0.append(query) }
        return try answer(.vector)
    }

    private func answer(_ mode: SearchMode) throws(SearchError) -> SearchAnswer {
        if let failure = failure.withLock({ $0 }) { throw failure }
        let repo = repo.withLock { $0 }
        return SearchAnswer(
            hits: [
                SearchHit(repo: repo, score: 0.9, similarity: 0.5, matched: [.vector, .text]),
                SearchHit(repo: repo, score: 0.2, similarity: nil, matched: [.text]),
            ],
            mode: mode,
            method: .exact,
            model: StubEmbeddings.model,
            coverage: 0.25,
            next: next.withLock { $0 }
        )
    }
}

final class StubMap: RepoMapSource {
    let map = Mutex<RepoMap?>(nil)

    func latestMap() -> RepoMap? { map.withLock { $0 } }
}

final class StubPipeline: PipelineControl {
    let statuses = Mutex<PipelineStatus>(PipelineStatus(state: .idle))
    let calls = Mutex<[String]>([])

    var status: PipelineStatus { statuses.withLock { $0 } }

    func pause(by key: String?) async throws(StoreError) { calls.withLock { $0.append("pause by \(key ?? "nobody")") } }
    func resume() async throws(StoreError) { calls.withLock { $0.append("resume") } }
    func wake() { calls.withLock { $0.append("wake") } }
}

final class StubStarImports: StarImportControl {
    let status = Mutex<StarImportStatus?>(nil)

    var current: StarImportStatus? { status.withLock(\.self) }

    func begin(_ request: StarImportRequest) -> StarImportStatus? {
        status.withLock { status in
            guard status?.state != .running else { return nil }
            status = StarImportStatus(request)
            return status
        }
    }
}

final class StubHealth: HealthSource {
    let current = Mutex(
        HealthSnapshot(
            database: ComponentHealth(.ok),
            provider: ComponentHealth(.ok),
            pipeline: ComponentHealth(.ok),
            search: ComponentHealth(.ok),
            readiness: .ready,
            uptime: .seconds(5)
        )
    )

    let stalled = Mutex<String?>(nil)

    var snapshot: HealthSnapshot { current.withLock { $0 } }

    var stall: String? { stalled.withLock { $0 } }
}
