import EmbeddingCore
import Routing
import Testing

@testable import EmbedStar

/// Every combination of database, schema, shutdown and provider, and what is said of it.
@Suite struct HealthTableTests {
    enum Database: CaseIterable { case notReached, answering, failingForAMoment, silent }
    enum Provider: CaseIterable { case ready, limited, open, stopped }

    static let start = ContinuousClock.now
    static let now = start.advanced(by: .seconds(30))

    private static func snapshot(
        _ database: Database,
        schema: Bool = true,
        stopping: Bool = false,
        _ provider: Provider = .ready
    ) -> HealthSnapshot {
        var state = HealthState()
        if schema { state.schemaStands() }
        state.isShuttingDown = stopping
        switch database {
        case .notReached: break
        case .answering: _ = state.note(nil, at: now)
        case .failingForAMoment:
            _ = state.note(nil, at: now.advanced(by: .seconds(-3)))
            _ = state.note("refused", at: now)
        case .silent: _ = state.note(nil, at: start)
        }
        let states: [Provider: ProviderState] = [
            .ready: .ready, .limited: .limited(until: now.advanced(by: .seconds(5))),
            .open: .open(until: now.advanced(by: .seconds(5))),
            .stopped: .stopped(EmbeddingError(.unauthorized, "the key was refused")),
        ]
        return state.snapshot(
            provider: states[provider] ?? .ready,
            pipeline: PipelineStatus(state: .idle),
            search: ComponentHealth(.ok),
            uptime: .zero,
            now: now
        )
    }

    private static let noSchema = "the schema is not in place yet"
    private static let silence = "database: no answer for 30 s"
    private static let unreached = "database: it was not reached yet"

    /// Database, schema in place, shutting down, why it is not ready.
    static let readiness: [(Database, Bool, Bool, String?)] = [
        (.notReached, false, false, unreached), (.notReached, false, true, "shutting down"),
        (.notReached, true, false, unreached), (.notReached, true, true, "shutting down"),
        (.answering, false, false, noSchema), (.answering, false, true, "shutting down"),
        (.answering, true, false, nil), (.answering, true, true, "shutting down"),
        (.failingForAMoment, false, false, noSchema), (.failingForAMoment, false, true, "shutting down"),
        (.failingForAMoment, true, false, nil), (.failingForAMoment, true, true, "shutting down"),
        (.silent, false, false, silence), (.silent, false, true, "shutting down"),
        (.silent, true, false, silence), (.silent, true, true, "shutting down"),
    ]

    @Test(arguments: readiness)
    func `is ready exactly when it can work`(database: Database, schema: Bool, stopping: Bool, reason: String?) {
        let expected = reason.map { HealthSnapshot.Readiness.notReady($0) } ?? .ready
        // A provider that fails takes no replica out of service: the others have the same one.
        for provider in Provider.allCases {
            #expect(Self.snapshot(database, schema: schema, stopping: stopping, provider).readiness == expected)
        }
    }

    static let states: [(Database, Provider, ComponentHealth.State)] = [
        (.notReached, .ready, .down), (.notReached, .limited, .down), (.notReached, .open, .down),
        (.notReached, .stopped, .down),
        (.answering, .ready, .ok), (.answering, .limited, .degraded), (.answering, .open, .degraded),
        (.answering, .stopped, .degraded),
        (.failingForAMoment, .ready, .degraded), (.failingForAMoment, .limited, .degraded),
        (.failingForAMoment, .open, .degraded), (.failingForAMoment, .stopped, .degraded),
        (.silent, .ready, .down), (.silent, .limited, .down), (.silent, .open, .down), (.silent, .stopped, .down),
    ]

    @Test(arguments: states)
    func `is as well as its parts`(database: Database, provider: Provider, expected: ComponentHealth.State) {
        #expect(Self.snapshot(database, provider).state == expected)
    }

    @Test func `tables hold every combination once`() {
        #expect(Set(Self.readiness.map { "\($0.0) \($0.1) \($0.2)" }).count == Database.allCases.count * 4)
        #expect(Set(Self.states.map { "\($0.0) \($0.1)" }).count == Database.allCases.count * Provider.allCases.count)
    }
}
