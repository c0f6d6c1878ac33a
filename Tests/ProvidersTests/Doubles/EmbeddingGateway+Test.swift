import EmbeddingCore
import Logging
import Telemetry

@testable import Providers

extension EmbeddingGateway {
    /// A gateway in front of `provider` whose time a test moves.
    static func test(
        _ provider: any EmbeddingProvider,
        configuration: GatewayConfiguration = GatewayConfiguration(),
        kind: ProviderKind = .openAI,
        decoder: (any TokenDecoder)? = nil,
        metrics: MetricsRegistry = MetricsRegistry(),
        time: any TimeSource = SystemTime()
    ) throws -> EmbeddingGateway {
        try EmbeddingGateway(
            configuration: configuration,
            kind: kind,
            members: [ProviderPool.Member(provider: provider, label: "test")],
            decoder: decoder,
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            time: time,
            jitter: { 0.5 }
        )
    }

    /// As for a caller who goes on to nothing.
    func cached(_ request: EmbeddingRequest) -> EmbeddingResult? {
        var request = request
        return cached(&request)
    }

    func embed(_ texts: [String]) async throws(EmbeddingError) -> EmbeddingResult {
        try await embed(EmbeddingRequest(inputs: texts.map { .text($0) }))
    }
}

extension EmbeddingResult {
    /// The vectors, nil where the text failed.
    var vectors: [[Float]?] { embeddings.map { try? $0.get().values } }

    var codes: [EmbeddingError.Code?] {
        embeddings.map { outcome in
            if case .failure(let error) = outcome { return error.code }
            return nil
        }
    }
}
