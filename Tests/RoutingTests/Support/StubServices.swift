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
                exposition: { Array(($0 ? "# EOF\n" : "up 1\n").utf8) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
            configuration: configuration
        )
    }
}

/// Embeds a text as its UTF-8 length and position-independent constants, so that answers can be told apart.
final class StubEmbeddings: EmbeddingService {
    static let model = EmbeddingModel(provider: "builtin", name: "stub-model", dimensions: 3, revision: "abc")

    struct State {
        var limits = EmbeddingLimits(items: 64, tokensPerText: 256)
        var isCached = false
        var failure: EmbeddingError?
        var requests: [EmbeddingRequest] = []
        var dimensions = 3
        var showsTokens = true
    }

    let state = Mutex(State())

    var requests: [EmbeddingRequest] { state.withLock(\.requests) }
    var limits: EmbeddingLimits { state.withLock(\.limits) }
    var providerState: ProviderState { .ready }
    var knownModel: EmbeddingModel? { nil }

    func model() async throws(EmbeddingError) -> EmbeddingModel { Self.model }

    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? {
        guard state.withLock(\.isCached) else { return nil }
        return result(request, .hit)
    }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        state.withLock { $0.requests.append(request) }
        if let failure = state.withLock(\.failure) { throw failure }
        return result(request, .miss)
    }

    func tokenModel() async throws(EmbeddingError) -> any TokenModel {
        guard state.withLock(\.showsTokens) else { throw EmbeddingError.unknownTokens }
        return StubTokens(embeddings: self)
    }

    private func result(_ request: EmbeddingRequest, _ cache: EmbeddingResult.CacheUse) -> EmbeddingResult {
        let dimensions = request.dimensions ?? state.withLock(\.dimensions)
        return EmbeddingResult(
            embeddings: request.inputs.map { input in
                Result { () throws(EmbeddingError) in
                    if input == .text("") || input == .tokens([]) { throw EmbeddingError(.invalidInput, "it is empty") }
                    return try Embedding(
                        validating: Self.vector(input, dimensions),
                        dimensions: dimensions,
                        normalized: false
                    )
                }
            },
            model: EmbeddingModel(provider: "builtin", name: "stub-model", dimensions: dimensions, revision: "abc"),
            tokens: request.inputs.count * 4,
            cache: cache,
            queueTime: .milliseconds(1),
            providerTime: .milliseconds(2)
        )
    }

    static func vector(_ input: EmbeddingInput, _ dimensions: Int) -> [Float] {
        let seed: Int
        switch input {
        case .text(let text): seed = text.utf8.count
        case .tokens(let ids): seed = ids.reduce(0, +)
        }
        return (0..<dimensions).map { $0 == 0 ? Float(seed) : Float($0) / 8 }
    }
}

/// A token for each scalar between two special ones; its id is the scalar, its vector the place and a quarter.
struct StubTokens: TokenModel {
    let embeddings: StubEmbeddings

    func tokens(
        of texts: [String],
        promptName: String?,
        special: Bool
    ) async throws(EmbeddingError) -> [[TextToken]] {
        texts.map { text in
            let text = (promptName.map { $0 + " " } ?? "") + text
            let tokens = text.unicodeScalars.enumerated().map {
                TextToken(id: Int($1.value), text: String($1), range: $0..<$0 + 1)
            }
            let end = TextToken(id: 0, text: "[END]", range: nil)
            return special ? [end] + tokens + [end] : tokens
        }
    }

    func texts(of lists: [[Int]], special: Bool) async throws(EmbeddingError) -> [String] {
        guard lists.joined().allSatisfy({ $0 < 128 }) else {
            throw EmbeddingError(.invalidInput, "128 is none of the tokens")
        }
        return lists.map { ids in
            String(decoding: ids.filter { $0 != 0 }.map { UInt8($0) }, as: UTF8.self) + (special ? "[END]" : "")
        }
    }

    func vectors(_ request: EmbeddingRequest) async throws(EmbeddingError) -> [TokenVectors] {
        embeddings.state.withLock { $0.requests.append(request) }
        return request.inputs.map { input in
            guard case .text(let text) = input else { return TokenVectors(values: [], width: 2) }
            let values = (0..<text.unicodeScalars.count).flatMap { place -> [Float] in [Float(place), 0.25] }
            return TokenVectors(values: values, width: 2)
        }
    }
}

final class StubRepos: RepoStore, DeadLetterQueue {
    struct State {
        var repos: [String: StoredRepo] = [:]
        var upserted: [RepoUpdate] = []
        var portions: [Int] = []
        var reprocessed: [String] = []
        var listings: [RepoListing] = []
        var scopes: [ReprocessScope] = []
        var renamed: [String] = []
        var failure: StoreError?
        var failures: [DeadLetter] = []
        /// Holds `reprocess(scope)`, which says that it came, until the stream ends.
        var gate: (reached: AsyncStream<Void>.Continuation, opened: AsyncStream<Void>)?
    }

    let state = Mutex(State())

    private func check() throws(StoreError) { if let failure = state.withLock(\.failure) { throw failure } }

    var publicOnly: any RepoStore { PublicStubRepos(all: self) }

    func ping() async throws(StoreError) { try check() }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        try check()
        return state.withLock { state in
            state.upserted += repos
            state.portions.append(repos.count)
            return UpsertCounts(created: repos.count, changed: 0, unchanged: 0)
        }
    }

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        try check()
        if cursor == "wrong" { throw StoreError(.invalidArgument, "no such page") }
        let found = state.withLock { state in
            state.listings.append(listing)
            return state.repos.values.filter { listing.filter.admits($0.repo) }
        }
        let rest = found.sorted { $0.repo.fullName < $1.repo.fullName }.filter { $0.repo.fullName > cursor ?? "" }
        let page = Array(rest.prefix(limit))
        return RepoPage(repos: page, next: rest.count > limit ? page.last?.repo.fullName : nil)
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        try check()
        return state.withLock { $0.repos[fullName] }
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        try check()
        return state.withLock { $0.repos.removeValue(forKey: fullName) != nil }
    }

    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int {
        try check()
        return state.withLock { state in repos.count { state.repos.removeValue(forKey: $0.fullName) != nil } }
    }

    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int {
        state.withLock { $0.renamed.append("\(owner) → \(newOwner)") }
        return 2
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        try check()
        return state.withLock { state in
            state.reprocessed.append("\(fullName) \(force)")
            return state.repos[fullName] != nil
        }
    }

    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int {
        try check()
        if let gate = state.withLock(\.gate) {
            gate.reached.yield()
            for await _ in gate.opened {}
        }
        return state.withLock { state in
            state.scopes.append(scope)
            return 7
        }
    }

    func page(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (letters: [DeadLetter], next: String?) {
        if cursor == "wrong" { throw StoreError(.invalidArgument, "no such page") }
        let all = state.withLock { state in
            state.failures.filter { includesPrivate || state.repos[$0.label]?.repo.isPrivate != true }
        }
        let start = cursor.flatMap { Int($0) } ?? 0
        let end = min(start + limit, all.count)
        return (Array(all[min(start, end)..<end]), end < all.count ? "\(end)" : nil)
    }

    func retryAll(includesPrivate: Bool) async throws(StoreError) -> Int { includesPrivate ? 4 : 3 }
}

/// The repos of a stub for whom private ones are not there.
struct PublicStubRepos: RepoStore {
    let all: StubRepos

    var publicOnly: any RepoStore { self }

    private func hides(_ name: String) -> Bool { all.state.withLock { $0.repos[name]?.repo.isPrivate == true } }

    func ping() async throws(StoreError) { try await all.ping() }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        let shown = repos.filter { !hides($0.fullName) }
        var counts = UpsertCounts(created: repos.count - shown.count)
        counts += try await all.upsert(shown)
        return counts
    }

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        var listing = listing
        listing.filter.includesPrivate = false
        return try await all.page(of: listing, after: cursor, limit: limit)
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        let repo = try await all.repo(named: fullName)
        return hides(fullName) ? nil : repo
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        if hides(fullName) { return false }
        return try await all.delete(named: fullName)
    }

    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int {
        try await all.forget(repos.filter { !hides($0.fullName) })
    }

    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int {
        try await all.rename(owner: owner, to: newOwner)
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        if hides(fullName) { return false }
        return try await all.reprocess(named: fullName, force: force)
    }

    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int {
        try await all.reprocess(scope, model: model)
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
