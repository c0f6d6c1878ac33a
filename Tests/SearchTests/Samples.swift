import EmbeddingCore
import Logging
import Synchronization
import Telemetry

@testable import Search

enum Samples {
    static let model = EmbeddingModel(provider: "builtin", name: "small", dimensions: 8)
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func id(_ number: Int) -> DocumentID { DocumentID(encoded: [UInt8(number >> 8), UInt8(number & 255)]) }

    /// A unit vector that leans towards `axis` the more, the greater `share`.
    static func vector(_ axis: Int, share: Float = 1) -> [Float] {
        let rest = ((1 - share * share) / 7).squareRoot()
        return (0..<8).map { $0 == axis ? share : rest }
    }

    static func embedding(_ values: [Float]) throws -> Embedding {
        try Embedding(validating: values, dimensions: values.count)
    }

    static func row(_ number: Int, _ repo: Repo, _ vector: [Float]?) -> FeedRow {
        FeedRow(id: id(number), repo: repo, vector: vector)
    }

    /// Repos that filters tell apart.
    static let rows: [FeedRow] = [
        row(1, Repo(fullName: "a/one", language: "Swift", stars: 100), vector(0, share: 0.99)),
        row(2, Repo(fullName: "a/two", language: "swift", stars: 50), vector(0, share: 0.9)),
        row(3, Repo(fullName: "b/three", language: "Rust", stars: 500), vector(0, share: 0.8)),
        row(4, Repo(fullName: "B/four", language: "Go", stars: 5), vector(0, share: 0.7)),
        row(5, Repo(fullName: "c/hidden", language: "Swift", stars: 10, isPrivate: true), vector(0, share: 1)),
        row(6, Repo(fullName: "c/twin-b", stars: 7), vector(1)),
        row(7, Repo(fullName: "c/twin-a", stars: 7), vector(1)),
        row(8, Repo(fullName: "c/twin-star", stars: 8), vector(1)),
        row(9, Repo(fullName: "d/pending", stars: 1), nil),
    ]

    static func catalog(_ rows: [FeedRow]) async throws -> RepoCatalog {
        let catalog = try RepoCatalog(logger: logger)
        _ = await catalog.apply(rows.map { .upsert($0) })
        await catalog.finishLoading()
        return catalog
    }

    /// The memory backend with these rows, loaded.
    static func scan(_ rows: [FeedRow], threads: Int = 2) async throws -> VectorScan {
        let catalog = try RepoCatalog(logger: logger)
        let scan = VectorScan(catalog: catalog, fallback: MemoryTable(), threads: threads)
        await scan.reset(model: model)
        await scan.apply(await catalog.apply(rows.map { .upsert($0) }))
        scan.finishLoading(model: model)
        return scan
    }

    /// Waits, for as long as the test may take, until `condition` holds.
    static func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }
}

/// A service with one vector for every text, or none at all.
struct FakeService: EmbeddingService {
    var vector = Samples.vector(0)
    var error: EmbeddingError?

    var limits: EmbeddingLimits { EmbeddingLimits(items: 8, tokensPerText: 64) }
    var providerState: ProviderState { .ready }
    var knownModel: EmbeddingModel? { nil }

    func model() async throws(EmbeddingError) -> EmbeddingModel { Samples.model }
    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? { nil }
    func tokenModel() async throws(EmbeddingError) -> any TokenModel { throw EmbeddingError.unknownTokens }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        if let error { throw error }
        let embedding = try Embedding(validating: vector, dimensions: vector.count)
        return EmbeddingResult(embeddings: [.success(embedding)], model: Samples.model, tokens: 1)
    }
}
