import EmbeddingCore
import Glibc
import HTTPClient
import Inference
import Logging
import Telemetry
import Testing

@testable import Providers

/// Every way a provider is reached, for the suites that all of them have to pass.
enum ProviderUnderTest: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case openai, together, ollama, builtin

    var testDescription: String { rawValue }

    /// Those that can run here: the built-in one needs its model (scripts/bootstrap).
    static var available: [ProviderUnderTest] { allCases.filter { $0 != .builtin || hasModel } }

    static let remote: [ProviderUnderTest] = [.openai, .together, .ollama]

    static let modelDirectory: String = {
        if let path = getenv("EMBED_STAR_MODEL") { return String(cString: path) }
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return "/\(root)/models/all-MiniLM-L6-v2"
    }()

    private static let hasModel = access(modelDirectory + "/model.safetensors", R_OK) == 0

    /// What a test works with.
    struct Fixture: Sendable {
        let gateway: EmbeddingGateway
        /// nil for the built-in provider.
        let fake: FakeProvider?
        let metrics: MetricsRegistry

        /// The vector a text must get, prefix included; nil where only a model knows.
        func expected(_ text: String) -> [Float]? {
            fake.map { ScriptedProvider.vector(for: .text(text), dimensions: $0.dimensions) }
        }
    }

    func run(
        _ fake: ((FakeProvider.Dialect) -> FakeProvider)? = nil,
        change: (inout ProvidersConfiguration) -> Void = { _ in },
        _ body: (Fixture) async throws -> Void
    ) async throws {
        var configuration = ProvidersConfiguration(
            provider: ProviderName(rawValue: rawValue) ?? .builtin,
            model: self == .builtin ? nil : "fake",
            openAIKey: "sk-right",
            togetherKey: "sk-right",
            builtInModelDirectory: Self.modelDirectory,
            builtInThreads: 2,
            retryDelay: .milliseconds(1)
        )
        guard let dialect = FakeProvider.Dialect(rawValue: rawValue) else {
            change(&configuration)
            return try await body(try builtIn(configuration))
        }
        let fake = fake?(dialect) ?? FakeProvider(dialect)
        try await fake.serve { url in
            configuration.ollamaURLs = [url]
            configuration.openAIBaseURL = url
            configuration.togetherBaseURL = url
            change(&configuration)
            try await body(try fixture(configuration, fake))
        }
    }

    /// The model, loaded once for all tests.
    private static let encoder = Result {
        try TextEncoder(modelDirectory: modelDirectory, threads: 2, precision: .fp32)
    }

    private func builtIn(_ configuration: ProvidersConfiguration) throws -> Fixture {
        let metrics = MetricsRegistry()
        let provider = BuiltInProvider(encoder: try Self.encoder.get(), name: "all-MiniLM-L6-v2")
        let gateway = try EmbeddingGateway(
            configuration: configuration,
            members: [ProviderPool.Member(provider: provider, label: "builtin")],
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return Fixture(gateway: gateway, fake: nil, metrics: metrics)
    }

    private func fixture(_ configuration: ProvidersConfiguration, _ fake: FakeProvider?) throws -> Fixture {
        let metrics = MetricsRegistry()
        let gateway = try EmbeddingGateway(
            configuration: configuration,
            transport: HTTPClient(metrics: metrics),
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return Fixture(gateway: gateway, fake: fake, metrics: metrics)
    }
}
