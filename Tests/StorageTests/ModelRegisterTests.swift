import EmbeddingCore
import SurrealDB
import Testing

@testable import Storage

/// The model in use, as replicas find it in the database.
@Suite struct ModelRegisterTests {
    private let fixture: Fixture

    init() async throws { fixture = try await Fixture() }

    private func replica(_ owner: String, textForm: String = "") -> ModelRegister {
        ModelRegister(database: fixture.database, owner: owner, textForm: textForm)
    }

    private func attend(
        _ replica: ModelRegister,
        _ model: EmbeddingModel?,
        lease: Duration = .seconds(60),
        takesOver: Bool = false
    ) async throws -> ModelInUse {
        try await replica.attend(model: model, lease: lease, takesOver: takesOver).model
    }

    @Test func `the first decides`() async throws {
        let (one, two, three) = (replica("one"), replica("two"), replica("three"))
        #expect(try await one.current() == nil)
        #expect(try await attend(one, nil) == .own)
        #expect(try await one.current() == nil)
        #expect(try await attend(one, model) == .own)
        #expect(try await attend(two, otherModel) == .other(name: model.fingerprint, isHeld: true))
        #expect(try await attend(three, model) == .own)
        let current = try #require(try await two.current())
        #expect(current.name == model.fingerprint)
        #expect(current.replicas == 2)
    }

    @Test func `who leaves is succeeded at once`() async throws {
        let (one, two, three) = (replica("one"), replica("two"), replica("three"))
        _ = try await attend(one, model)
        _ = try await attend(three, model)
        try await one.leave()
        #expect(try await attend(two, otherModel) == .other(name: model.fingerprint, isHeld: true))
        try await three.leave()
        #expect(try await attend(two, otherModel) == .own)
        #expect(try await attend(one, model) == .other(name: otherModel.fingerprint, isHeld: true))
    }

    @Test func `who is silent is succeeded by who takes over`() async throws {
        let (one, two) = (replica("one"), replica("two"))
        _ = try await attend(one, model, lease: .zero)
        #expect(try await attend(two, otherModel) == .other(name: model.fingerprint, isHeld: false))
        #expect(try await attend(two, otherModel, takesOver: true) == .own)
        #expect(try await attend(one, model) == .other(name: otherModel.fingerprint, isHeld: true))
    }

    @Test func `nobody takes over from who is there`() async throws {
        let (one, two) = (replica("one"), replica("two"))
        _ = try await attend(one, model)
        let found = try await attend(two, otherModel, takesOver: true)
        #expect(found == .other(name: model.fingerprint, isHeld: true))
    }

    @Test func `a replica whose model changes leaves its former one`() async throws {
        let (one, two) = (replica("one"), replica("two"))
        _ = try await attend(one, model)
        _ = try await attend(two, model)
        #expect(try await attend(one, otherModel) == .other(name: model.fingerprint, isHeld: true))
        #expect(try await attend(two, otherModel) == .own)
        #expect(try await attend(one, otherModel) == .own)
    }

    @Test func `another model comes into use by word`() async throws {
        let (one, two) = (replica("one"), replica("two"))
        _ = try await attend(one, model)
        try await replica("operator").use(otherModel)
        #expect(try await attend(one, model) == .other(name: otherModel.fingerprint, isHeld: true))
        #expect(try await attend(two, otherModel) == .own)
    }

    @Test func `who embeds is named`() async throws {
        func names(_ replica: ModelRegister, _ model: EmbeddingModel?) async throws -> [String] {
            try await replica.attend(model: model, lease: .seconds(60), takesOver: false).replicas.embedding
        }
        let (one, two, three) = (replica("one"), replica("two"), replica("three"))
        #expect(try await names(one, nil) == [])
        #expect(try await names(two, model) == ["two"])
        #expect(try await names(one, model) == ["one", "two"])
        #expect(try await names(two, model) == ["one", "two"])
        for waiting in [otherModel, nil] { #expect(try await names(three, waiting) == ["one", "two"]) }
        try await two.leave()
        #expect(try await names(one, model) == ["one"])
        try await replica("operator").use(otherModel)
        #expect(try await names(one, model) == [])
        #expect(try await names(three, otherModel) == ["three"])
    }

    @Test func `who is on standby is named until it leaves, embeds, or is silent`() async throws {
        func names(_ replica: ModelRegister, _ model: EmbeddingModel?, lease: Int = 60) async throws -> [String] {
            try await replica.attend(model: model, lease: .seconds(lease), takesOver: false).replicas.standby
        }
        let (one, two, three, four) = (replica("one"), replica("two"), replica("three"), replica("four"))
        #expect(try await names(one, model) == [])
        #expect(try await names(two, otherModel) == ["two"])
        #expect(try await names(three, otherModel) == ["three", "two"])
        #expect(try await names(four, otherModel, lease: 0) == ["four", "three", "two"])
        for one in [(one, model), (replica("new"), nil)] { #expect(try await names(one.0, one.1) == ["three", "two"]) }
        try await two.leave()
        #expect(try await names(one, model) == ["three"])
        try await replica("operator").use(otherModel)
        #expect(try await names(one, model) == ["one", "three"])
        #expect(try await names(three, otherModel) == ["one"])
    }

    @Test func `texts made otherwise are another model`() async throws {
        let (one, two) = (replica("one"), replica("two", textForm: "stars exact"))
        _ = try await attend(one, model)
        #expect(try await attend(two, model) == .other(name: model.fingerprint, isHeld: true))
        #expect(EmbeddedTables(stars: .exact).textForm == "stars exact")
        #expect(EmbeddedTables().textForm.isEmpty)
    }

    @Test func `attending often writes seldom`() async throws {
        let (one, two) = (replica("one"), replica("two"))
        func attendBoth() async throws -> SurrealValue {
            _ = try await attend(one, model)
            _ = try await attend(two, otherModel)
            return try await fixture.run("SELECT replicas, standby FROM [embed_star:model]")[0]
        }
        let first = try await attendBoth()
        #expect(try await attendBoth() == first)
    }

    @Test func `counts without a model are those of the one in use`() async throws {
        _ = try await fixture.storage.repos.upsert([update("a/b"), update("c/d")])
        #expect(try await fixture.storage.jobs.statistics(model: nil) == QueueStatistics(pending: 2, total: 2))
        _ = try await attend(replica("one"), model)
        try await fixture.drain()
        let counted = try await Fixture(client: fixture.client).storage.jobs.statistics(model: nil)
        #expect(counted == QueueStatistics(embedded: 2, total: 2))
    }
}
