import EmbeddingCore
import Inference
import Logging
import Search
import Telemetry

/// The search of the service over repos that are in memory already.
struct SearchOverFile {
    private let search: HybridSearch

    init(_ repos: [Repo], _ vectors: [[Float]], _ encoder: TextEncoder) async throws {
        let logger = Logger(label: "ranking-features") { _ in SwiftLogNoOpLogHandler() }
        let service = EncoderService(encoder: encoder)
        let feed = FixedFeed(repos: repos, vectors: vectors)
        let catalog = try RepoCatalog(logger: logger)
        let scan = VectorScan(catalog: catalog, fallback: NoVectors(), threads: 2)
        let model = service.identity
        let follower = RepoFollower(
            feed: feed,
            catalog: catalog,
            scan: scan,
            model: { model },
            metrics: MetricsRegistry(),
            logger: logger
        )
        let following = Task { await follower.run() }
        while !scan.isLoaded(for: model) { try await Task.sleep(for: .milliseconds(5)) }
        following.cancel()
        search = HybridSearch(
            service: service,
            similarity: scan,
            catalog: catalog,
            coverage: { 1 },
            metrics: MetricsRegistry(),
            logger: logger
        )
    }

    func samples(for text: String) async throws -> [RankingSample] { try await search.samples(for: text) }
}

/// The built-in model without what a service has around it.
private struct EncoderService: EmbeddingService {
    let encoder: TextEncoder

    var identity: EmbeddingModel {
        EmbeddingModel(provider: "builtin", name: encoder.modelName, dimensions: encoder.dimensions)
    }
    var limits: EmbeddingLimits { EmbeddingLimits(items: 1, tokensPerText: encoder.maxTokens) }
    var providerState: ProviderState { .ready }
    var knownModel: EmbeddingModel? { identity }

    func model() async throws(EmbeddingError) -> EmbeddingModel { identity }
    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? { nil }
    func tokenModel() async throws(EmbeddingError) -> any TokenModel { throw EmbeddingError.unknownTokens }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        guard case .text(let text)? = request.inputs.first, let encoded = try? await encoder.encode([text]),
            let values = encoded.vectors.first
        else { throw EmbeddingError(.invalidInput, "one text is expected") }
        let embedding = try Embedding(validating: values, dimensions: encoder.dimensions)
        return EmbeddingResult(embeddings: [.success(embedding)], model: identity, tokens: encoded.tokens)
    }
}

/// A table that does not change.
private struct FixedFeed: RepoFeed {
    let repos: [Repo]
    let vectors: [[Float]]

    func page(
        after cursor: DocumentID?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> [FeedRow] {
        let start =
            cursor.map { Int($0.encoded[0]) << 16 | Int($0.encoded[1]) << 8 | Int($0.encoded[2]) }.map { $0 + 1 } ?? 0
        return (start..<min(start + limit, repos.count)).map { number in
            let id = DocumentID(encoded: [UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)])
            return FeedRow(id: id, repo: repos[number], vector: vectors[number])
        }
    }

    func changes(
        since position: FeedPosition?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> (changes: [FeedChange], position: FeedPosition) {
        ([], FeedPosition(encoded: []))
    }
}

/// Nothing is asked of it: all vectors are in memory.
private struct NoVectors: SimilaritySearch {
    func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits { SearchHits(hits: [], method: .exact) }

    func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector? { nil }

    func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double] { [:] }
}
