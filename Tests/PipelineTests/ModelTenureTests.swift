import EmbeddingCore
import Testing

@testable import Pipeline

/// Replicas of different models on one table.
@Suite struct ModelTenureTests {
    private static let other = EmbeddingModel(provider: "builtin", name: "other", dimensions: 4)

    /// One replica of the model of all, and then others of another one.
    private static func disagreement(
        seed: UInt64,
        others: Int = 1,
        documents: Int = 20,
        lease: Duration = .seconds(20)
    ) -> Simulation {
        let simulation = Simulation(seed: seed, replicas: 1, lease: lease)
        for number in 0..<documents { simulation.queue.upsert(Samples.document(number)) }
        #expect(simulation.settle())
        for _ in 0..<others { simulation.start(model: other) }
        return simulation
    }

    private static func embedded(_ simulation: Simulation, with model: EmbeddingModel) -> Int {
        simulation.queue.rows.values.count { $0.fingerprint == model.fingerprint }
    }

    @Test(arguments: UInt64(0)..<20)
    func `a replica of another model embeds no row while the first is there`(seed: UInt64) {
        let simulation = Self.disagreement(seed: seed, others: 2, lease: .seconds(600))
        for step in 0..<400 {
            if step.isMultiple(of: 20) { simulation.queue.upsert(Samples.document(step % 25, "new \(step)")) }
            simulation.step()
        }
        #expect(simulation.settle())
        #expect(simulation.queue.rows.values.allSatisfy { $0.fingerprint == Samples.model.fingerprint })
        for replica in simulation.replicas.dropFirst() {
            #expect(replica.machine.tenure.other == Samples.model.fingerprint)
            #expect(replica.machine.counts.claimed == 0)
        }
    }

    @Test(
        arguments: UInt64(0)..<40
    )
    func `whatever crashes and fails, the rows end with one model, and each text is made few times`(seed: UInt64) {
        let simulation = Self.disagreement(seed: seed)
        simulation.faults = Simulation.Faults(storeFailures: 20, lostAnswers: 5, conflicts: 5)
        for _ in 0..<400 { simulation.step() }
        #expect(simulation.settle())
        let models = Set(simulation.queue.rows.values.map(\.fingerprint))
        #expect(models.count == 1)
        #expect(simulation.queue.rows.values.allSatisfy { $0.writes <= 4 })
    }

    @Test
    func `when those of the model in use have left, the other takes over at once`() {
        let simulation = Self.disagreement(seed: 1)
        #expect(simulation.settle())
        let left = simulation.queue.now
        simulation.leave(0)
        simulation.model = Self.other
        #expect(simulation.settle())
        #expect(Self.embedded(simulation, with: Self.other) == 20)
        #expect(simulation.queue.now - left < .seconds(20))
    }

    @Test
    func `when those of the model in use were killed, the other takes over after their lease and some silence`() {
        let simulation = Self.disagreement(seed: 1)
        #expect(simulation.settle())
        let killed = simulation.queue.now
        simulation.crash(0)
        simulation.model = Self.other
        while simulation.replicas[0].machine.tenure.other != nil {
            _ = simulation.settle(limit: 1)
            for index in simulation.replicas.indices where simulation.replicas[index].pending.isEmpty {
                simulation.queue.now += .seconds(1)
                simulation.feed(.tick, to: index)
            }
        }
        let waited = simulation.queue.now - killed
        #expect(waited > .seconds(10) && waited < .seconds(60))
        #expect(simulation.settle())
        #expect(Self.embedded(simulation, with: Self.other) == 20)
    }

    @Test
    func `an outage of the database longer than the lease changes no model`() {
        var tenure = ModelTenure(patience: .seconds(10))
        let start = ContinuousClock.now
        let isNew = tenure.observe(.other(name: "a", isHeld: true), at: start)
        #expect(isNew)
        tenure.losesSight()
        let back = start + .seconds(300)
        _ = tenure.observe(.other(name: "a", isHeld: false), at: back)
        #expect(!tenure.takesOver(at: back + .seconds(9)))
        tenure.losesSight()
        _ = tenure.observe(.other(name: "a", isHeld: false), at: back + .seconds(10))
        #expect(!tenure.takesOver(at: back + .seconds(19)))
        #expect(tenure.takesOver(at: back + .seconds(20)))
        _ = tenure.observe(.other(name: "a", isHeld: true), at: back + .seconds(20))
        #expect(!tenure.takesOver(at: back + .seconds(60)))
    }

    @Test
    func `told to use another model, the replicas change places, and what was in hand is given back`() {
        let simulation = Self.disagreement(seed: 1)
        #expect(simulation.settle())
        for number in 0..<20 { simulation.queue.upsert(Samples.document(number, "newer")) }
        for _ in 0..<20 { simulation.step() }
        simulation.queue.use(Self.other, reservedFor: .seconds(60))
        simulation.model = Self.other
        simulation.replicas[0].model = Samples.model
        for _ in 0..<20 where simulation.replicas[0].machine.tenure.isHeld {
            simulation.queue.now += .seconds(2)
            for index in simulation.replicas.indices { simulation.feed(.tick, to: index) }
            _ = simulation.settle(limit: 20)
        }
        #expect(simulation.settle())
        #expect(simulation.replicas[0].machine.tenure.other == Self.other.fingerprint)
        #expect(Self.embedded(simulation, with: Self.other) == 20)
    }

    @Test
    func `a drain with another model than that of running replicas ends with the reason`() {
        let simulation = Self.disagreement(seed: 1)
        simulation.start(mode: .once, model: Self.other)
        #expect(simulation.settle())
        let machine = simulation.replicas[2].machine
        #expect(machine.tenure.other == Samples.model.fingerprint && machine.tenure.othersAreThere)
    }

    @Test
    func `a restored row whose vector is of another text is embedded again, and all are told to read anew`() {
        let simulation = Simulation(seed: 1, replicas: 2)
        for number in 0..<20 { simulation.queue.upsert(Samples.document(number)) }
        #expect(simulation.settle())
        let epoch = simulation.queue.epoch
        simulation.queue.restore(Samples.document(3, "restored"))
        for _ in 0..<200 where simulation.queue.epoch == epoch {
            simulation.queue.now += .seconds(2)
            for index in simulation.replicas.indices { simulation.feed(.tick, to: index) }
            _ = simulation.settle(limit: 20)
        }
        #expect(simulation.queue.epoch == epoch + 1)
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
        #expect(simulation.queue.epoch == epoch + 1)
    }

    @Test
    func `a new epoch has the tables looked through at once`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        for number in 0..<20 { simulation.queue.upsert(Samples.document(number)) }
        #expect(simulation.settle())
        simulation.queue.restore(Samples.document(3, "restored"))
        simulation.queue.epoch += 1
        let start = simulation.queue.now
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
        #expect(simulation.queue.now - start < simulation.configuration.reconcileInterval)
    }
}
