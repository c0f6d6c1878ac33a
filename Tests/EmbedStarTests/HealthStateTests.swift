import EmbeddingCore
import Routing
import Storage
import Testing

@testable import EmbedStar

@Suite struct HealthStateTests {
    private let start = ContinuousClock.now

    private func snapshot(
        _ state: HealthState,
        provider: ProviderState = .ready,
        pipeline: PipelineStatus.State = .idle,
        search: ComponentHealth = ComponentHealth(.ok),
        after: Duration = .zero
    ) -> HealthSnapshot {
        state.snapshot(
            provider: provider,
            pipeline: PipelineStatus(state: pipeline),
            search: search,
            uptime: .zero,
            now: start.advanced(by: after)
        )
    }

    private func answering() -> HealthState {
        var state = HealthState()
        state.schemaStands()
        _ = state.note(nil, at: start)
        return state
    }

    @Test func `is not ready before the database answered`() {
        let snapshot = snapshot(HealthState())
        #expect(snapshot.state == .down)
        #expect(snapshot.readiness == .notReady("database: it was not reached yet"))
    }

    @Test func `is not ready without the schema`() {
        var state = HealthState()
        _ = state.note(nil, at: start)
        #expect(snapshot(state).readiness == .notReady("the schema is not in place yet"))
    }

    @Test func `is not ready while the schema has fallen`() {
        var state = answering()
        let falls = [
            state.schemaFell("the table repo has lost its event"),
            state.schemaFell("the table repo has lost its event"),
        ]
        #expect(falls == [true, false])
        #expect(snapshot(state).readiness == .notReady("the table repo has lost its event"))
        #expect(snapshot(state).database == ComponentHealth(.degraded, "the table repo has lost its event"))
        state.schemaStands()
        #expect(snapshot(state).readiness == .ready)
        #expect(snapshot(state).state == .ok)
    }

    @Test func `tells of another model in use`() {
        let status = PipelineStatus(state: .standby, otherModel: "ollama/other@4")
        let snapshot = answering().snapshot(
            provider: .ready,
            pipeline: status,
            search: ComponentHealth(.ok),
            uptime: .zero,
            now: start
        )
        #expect(snapshot.pipeline.state == .degraded)
        #expect(snapshot.pipeline.detail?.contains("ollama/other@4") == true)
        #expect(snapshot.readiness == .ready)
    }

    @Test func `is ready while the database answers`() {
        #expect(snapshot(answering()).readiness == .ready)
        #expect(snapshot(answering()).state == .ok)
    }

    @Test func `tolerates a short silence and then withdraws`() {
        var state = answering()
        #expect(state.note("refused", at: start) == .lost("refused"))
        #expect(snapshot(state, after: .seconds(5)).readiness == .ready)
        #expect(snapshot(state, after: .seconds(5)).state == .degraded)
        #expect(snapshot(state, after: .seconds(11)).readiness == .notReady("database: refused"))
        #expect(state.note("refused", at: start) == nil)
        #expect(state.note(nil, at: start.advanced(by: .seconds(12))) == .regained)
        #expect(snapshot(state, after: .seconds(13)).readiness == .ready)
    }

    @Test func `a silence of two seconds is seen and what needs the database is not well`() {
        #expect(snapshot(answering(), after: .seconds(1)).state == .ok)
        let silent = snapshot(answering(), after: .milliseconds(2001))
        #expect(silent.database == ComponentHealth(.degraded, "no answer for 2 s"))
        #expect(silent.search == ComponentHealth(.degraded, "the database does not answer"))
        #expect(silent.pipeline == ComponentHealth(.degraded, "the database does not answer"))
        #expect(snapshot(answering(), pipeline: .stopped, after: .seconds(3)).pipeline.state == .down)
    }

    @Test func `notices a probe that hangs`() {
        #expect(snapshot(answering(), after: .seconds(30)).database == ComponentHealth(.down, "no answer for 30 s"))
    }

    @Test func `is not ready while shutting down`() {
        var state = answering()
        state.isShuttingDown = true
        #expect(snapshot(state).readiness == .notReady("shutting down"))
    }

    @Test func `degrades with the provider and stays ready`() {
        let states: [(ProviderState, ComponentHealth.State)] = [
            (.limited(until: start.advanced(by: .seconds(9))), .degraded),
            (.open(until: start.advanced(by: .seconds(9))), .down),
            (.stopped(EmbeddingError(.unauthorized, "the key was refused")), .down),
        ]
        for (provider, expected) in states {
            let snapshot = snapshot(answering(), provider: provider)
            #expect(snapshot.provider.state == expected)
            #expect(snapshot.state == .degraded)
            #expect(snapshot.readiness == .ready)
        }
    }

    @Test func `is not ready while the model is on its way`() {
        let snapshot = snapshot(answering(), provider: .preparing("1 MB of 2 MB"))
        #expect(snapshot.readiness == .notReady("1 MB of 2 MB"))
        #expect(snapshot.provider == ComponentHealth(.down, "1 MB of 2 MB"))
        #expect(snapshot.state == .degraded)
    }

    @Test(
        arguments: [
            (.starting, .ok), (.idle, .ok), (.draining, .ok), (.paused, .degraded), (.waiting, .degraded),
            (.disconnected, .down), (.stopped, .down),
        ] as [(PipelineStatus.State, ComponentHealth.State)]
    )
    func `follows the pipeline`(state: PipelineStatus.State, expected: ComponentHealth.State) {
        #expect(snapshot(answering(), pipeline: state).pipeline.state == expected)
    }

    @Test(
        arguments: [
            (.absent, 10, .ok, "exact"), (.absent, 5000, .ok, "exact"), (.building, 5000, .ok, "exact"),
            (.ready, 5000, .ok, "the index is ready"), (.failed, 5000, .degraded, "exact"),
        ] as [(VectorIndex.State, Int, ComponentHealth.State, String)]
    )
    func `tells how search compares`(
        state: VectorIndex.State,
        embedded: Int,
        expected: ComponentHealth.State,
        method: String
    ) {
        let health = ComponentHealth.ofIndex(state, embedded: embedded, minimum: 2000)
        #expect(snapshot(answering(), search: health).state == expected)
        #expect(health.detail?.hasPrefix(method) == true)
    }
}
