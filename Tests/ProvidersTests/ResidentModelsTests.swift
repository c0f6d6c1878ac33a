import EmbeddingCore
import Inference
import Synchronization
import Testing

@testable import Providers

/// Models that are numbers: what is loaded is counted, and memory is a number of places.
private final class Shelf: Sendable {
    private struct State {
        var loads: [String: Int] = [:]
        var present = 0
    }

    let places: Int
    private let state = Mutex(State())

    init(places: Int = .max) { self.places = places }

    var loads: [String: Int] { state.withLock { $0.loads } }
    var present: Int { state.withLock { $0.present } }

    func load(_ name: String) throws(EmbeddingError) -> any EmbeddingService {
        let hasRoom = state.withLock { state in
            guard state.present < places else { return false }
            state.present += 1
            state.loads[name, default: 0] += 1
            return true
        }
        guard hasRoom else { throw EmbeddingError(.unavailable, "no room") }
        return Model(name: name, shelf: self)
    }

    final class Model: EmbeddingService {
        let name: String
        private let shelf: Shelf
        let limits = EmbeddingLimits(items: 1, tokensPerText: 8)
        let providerState = ProviderState.ready

        init(name: String, shelf: Shelf) {
            self.name = name
            self.shelf = shelf
        }

        deinit { shelf.state.withLock { $0.present -= 1 } }

        private var identity: EmbeddingModel { EmbeddingModel(provider: "builtin", name: name, dimensions: 4) }

        var knownModel: EmbeddingModel? { identity }

        func model() async throws(EmbeddingError) -> EmbeddingModel { identity }

        func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? { nil }

        func tokenModel() async throws(EmbeddingError) -> any TokenModel { throw EmbeddingError.unknownTokens }

        func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
            EmbeddingResult(embeddings: [], model: try await model(), tokens: 0)
        }
    }
}

@Suite struct ResidentModelsTests {
    private let time = ManualTime()

    private func models(
        _ shelf: Shelf,
        keepAlive: ResidentModels.KeepAlive = .duration(.seconds(300))
    ) -> ResidentModels {
        ResidentModels(names: ["a", "b", "c"], keepAlive: keepAlive, time: time) { name throws(EmbeddingError) in
            try shelf.load(name)
        }
    }

    @Test
    func `a model is loaded when it is asked for, and once for many who ask at the same time`() async throws {
        let shelf = Shelf()
        let models = models(shelf)
        #expect(models.residents.isEmpty && models.resident("a") == nil)
        #expect(OnDemandModel(name: "a", of: models).knownModel == nil)
        #expect(OnDemandModel(name: "a", of: models).limits.acceptsTokens)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await OnDemandModel(name: "a", of: models).model().name } }
            for try await name in group { #expect(name == "a") }
        }
        #expect(shelf.loads == ["a": 1])
        #expect(models.residents.map(\.name) == ["a"])
        #expect(OnDemandModel(name: "a", of: models).knownModel?.name == "a")
    }

    @Test
    func `it is dropped when nobody has asked for it in time, and not while it is used`() async throws {
        let shelf = Shelf()
        let models = models(shelf)
        _ = try await OnDemandModel(name: "a", of: models).model()
        time.advance(by: .seconds(299))
        models.expire()
        #expect(shelf.present == 1)
        _ = try await OnDemandModel(name: "a", of: models).model()
        time.advance(by: .seconds(299))
        models.expire()
        #expect(shelf.present == 1)
        try await models.use("a") { _ throws(EmbeddingError) in
            time.advance(by: .seconds(1000))
            models.expire()
            #expect(shelf.present == 1)
        }
        time.advance(by: .seconds(300))
        models.expire()
        #expect(shelf.present == 0 && models.residents.isEmpty)
        _ = try await OnDemandModel(name: "a", of: models).model()
        #expect(shelf.loads == ["a": 2])
    }

    @Test
    func `zero drops at once, less than zero never`() async throws {
        let shelf = Shelf()
        _ = try await OnDemandModel(name: "a", of: models(shelf, keepAlive: .duration(.zero))).model()
        #expect(shelf.present == 0)
        let kept = models(shelf, keepAlive: .forever)
        _ = try await OnDemandModel(name: "a", of: kept).model()
        time.advance(by: .seconds(1 << 30))
        kept.expire()
        #expect(shelf.present == 1 && kept.residents.first?.expiry == nil)
    }

    @Test
    func `where memory is short the longest unused goes, and nothing that is in use`() async throws {
        let shelf = Shelf(places: 2)
        let models = models(shelf)
        for name in ["a", "b"] {
            _ = try await OnDemandModel(name: name, of: models).model()
            time.advance(by: .seconds(1))
        }
        _ = try await OnDemandModel(name: "c", of: models).model()
        #expect(models.residents.map(\.name) == ["b", "c"])
        try await models.use("b") { _ throws(EmbeddingError) in
            try await models.use("c") { _ throws(EmbeddingError) in
                _ = await #expect(throws: EmbeddingError(.unavailable, "")) {
                    try await OnDemandModel(name: "a", of: models).model()
                }
            }
        }
        _ = try await OnDemandModel(name: "a", of: models).model()
        #expect(models.residents.count == 2)
    }

    @Test(arguments: [
        ("300", ResidentModels.KeepAlive.duration(.seconds(300))), ("5m", .duration(.seconds(300))),
        ("1.5h", .duration(.seconds(5400))), ("30s", .duration(.seconds(30))), ("0", .duration(.zero)),
        ("-1", .forever),
        ("-1m", .forever),
    ])
    func `ollamas durations are read`(text: String, meaning: ResidentModels.KeepAlive) {
        #expect(ResidentModels.KeepAlive(text) == meaning)
    }

    @Test(arguments: ["", "m", "5 m", "5d", "nan", "1e99", "inf"])
    func `others are refused`(text: String) { #expect(ResidentModels.KeepAlive(text) == nil) }
}

@Suite struct ModelRuntimeTests {
    @Test(arguments: [(1, 512, 1), (64, 512, 16), (64, 1 << 20, 64), (2, 16, 1)])
    func `memory that is short bounds the threads`(processors: Int, mebibytes: Int, expected: Int) {
        #expect(ModelRuntime.threads(processors: processors, memory: mebibytes << 20) == expected)
    }

    @Test
    func `a model that does not fit is refused before it is loaded, with what would help`() throws {
        let folder = ProviderUnderTest.modelDirectory
        let needed = try ModelFootprint.bytes(modelDirectory: folder, precision: .fp32)
        let runtime = ModelRuntime(threads: 1, precision: .fp32, bound: needed * 3 / 2)
        var share: ModelRuntime.Share? = try runtime.reserve(modelDirectory: folder, name: "a")
        #expect(runtime.bytes(of: "a") == needed)
        #expect(throws: EmbeddingError(.unavailable, "")) { try runtime.reserve(modelDirectory: folder, name: "b") }
        withExtendedLifetime(share) {}
        share = nil
        #expect(runtime.bytes(of: "a") == nil)
        #expect(throws: EmbeddingError(.misconfigured, "")) {
            try ModelRuntime(threads: 1, precision: .fp32, bound: needed - 1).reserve(modelDirectory: folder, name: "a")
        }
    }
}
