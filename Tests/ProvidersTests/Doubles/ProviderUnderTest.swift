import EmbeddingCore
import Glibc
import HTTPClient
import Inference
import Logging
import ModelHub
import Settings
import Telemetry
import Testing

@testable import Providers

/// A kind of provider, for the suites that all of them have to pass.
struct ProviderUnderTest: Sendable, CustomTestStringConvertible {
    let kind: ProviderKind

    var testDescription: String { kind.name.rawValue }
    var dialect: ProviderDouble.Dialect? { ProviderDouble.Dialect(rawValue: kind.name.rawValue) }

    static let all = ProviderKinds.all.map(ProviderUnderTest.init)
    /// Those that can run here: the built-in one needs its model (scripts/bootstrap).
    static let available = all.filter { !$0.kind.isInProcess || hasModel }
    static let remote = all.filter { !$0.kind.isInProcess }
    /// Those that want a key.
    static let keyed = remote.filter { $0.kind.isOutside }
    /// Those whose answers are OpenAI's, in which vectors have an index.
    static let numbered = remote.filter { $0.dialect?.isNumbered == true }
    static let openai = ProviderUnderTest(kind: .openAI)
    static let together = ProviderUnderTest(kind: .together)
    static let ollama = ProviderUnderTest(kind: .ollama)
    static let voyage = ProviderUnderTest(kind: .voyage)

    static let modelDirectory: String = {
        if let path = getenv("EMBED_STAR_MODEL") { return String(cString: path) }
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return "/\(root)/models/all-MiniLM-L6-v2"
    }()

    static let hasModel = access(modelDirectory + "/model.safetensors", R_OK) == 0

    /// Whether there is something to read OpenAI's token ids with.
    static let hasVocabulary = access(modelDirectory + "/../cl100k_base.tiktoken", R_OK) == 0

    /// The settings that providers read.
    static let table = SettingsTable([
        .init("All", GatewaySettings.ofModels + GatewaySettings.ofCalls + ProviderKinds.settings + HubSettings.all)
    ])

    /// What a test works with.
    struct Fixture: Sendable {
        let gateway: EmbeddingGateway
        /// nil for the built-in provider.
        let fake: ProviderDouble?
        let metrics: MetricsRegistry

        /// The vector a text must get, prefix included; nil where only a model knows.
        func expected(_ text: String) -> [Float]? {
            fake.map { ScriptedProvider.vector(for: .text(text), dimensions: $0.dimensions) }
        }

        /// The texts of each call but those of `ProviderCall.control`.
        var calls: [ProviderDouble.Call] { fake?.calls.filter { $0.texts != ["embed-star"] } ?? [] }
    }

    func run(
        _ fake: ((ProviderDouble.Dialect) -> ProviderDouble)? = nil,
        change: (inout [String: String]) -> Void = { _ in },
        _ body: (Fixture) async throws -> Void
    ) async throws {
        var settings = ["EMBEDDING_PROVIDER": kind.name.rawValue, "RETRY_DELAY_MS": "1"]
        guard let dialect else {
            settings["BUILTIN_MODEL_DIR"] = Self.modelDirectory
            change(&settings)
            return try await body(try builtIn(settings))
        }
        let fake = fake?(dialect) ?? ProviderDouble(dialect)
        try await fake.serve { url in
            settings["EMBEDDING_MODEL"] = "fake"
            let prefix = dialect == .azure ? "AZURE_OPENAI" : kind.name.rawValue.uppercased()
            let address = dialect == .ollama ? "_URL" : dialect == .azure ? "_ENDPOINT" : "_BASE_URL"
            settings[prefix + address] = url
            if kind.isOutside { settings["\(prefix)_API_KEY"] = "sk-right" }
            change(&settings)
            try await body(try Self.fixture(settings, fake))
        }
    }

    /// The model, loaded once for all tests.
    private static let encoder = Result {
        try TextEncoder(modelDirectory: modelDirectory, threads: 2, precision: .fp32)
    }

    private func builtIn(_ settings: [String: String]) throws -> Fixture {
        let metrics = MetricsRegistry()
        let values = try SettingValues(Self.table, environment: settings)
        let provider = BuiltInProvider(
            encoder: try Self.encoder.get(),
            acceptsTokens: values[GatewaySettings.tokenEncoding] == .model
        )
        let gateway = try EmbeddingGateway(
            configuration: GatewayConfiguration(values),
            kind: kind,
            members: [ProviderPool.Member(provider: provider, label: "builtin")],
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return Fixture(gateway: gateway, fake: nil, metrics: metrics)
    }

    static func fixture(
        _ settings: [String: String],
        _ fake: ProviderDouble? = nil,
        transport: (any HTTPTransport)? = nil
    ) throws -> Fixture {
        let metrics = MetricsRegistry()
        let gateway = try EmbeddingGateway(
            settings: SettingValues(table, environment: settings),
            transport: transport ?? HTTPClient(metrics: metrics),
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return Fixture(gateway: gateway, fake: fake, metrics: metrics)
    }
}
