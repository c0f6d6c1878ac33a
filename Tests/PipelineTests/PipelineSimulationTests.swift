import EmbeddingCore
import Testing

@testable import Pipeline

/// Thousands of histories of claims, crashes, changes and finishes, each made by its seed.
@Suite struct PipelineSimulationTests {
    static let seeds: [UInt64] = Array(0..<40)
    static let runsPerSeed = 20

    /// Writers, crashes and faults for a while, then peace.
    static func history(
        seed: UInt64,
        faults: Simulation.Faults,
        words: [String] = ["fast", "small", "new"],
        steps: Int = 150
    ) -> (simulation: Simulation, cameToRest: Bool) {
        let simulation = Simulation(seed: seed, replicas: 1 + Int(seed % 3), faults: faults)
        for number in 0..<10 { simulation.queue.insertWithoutJob(Samples.document(number)) }
        for _ in 0..<steps {
            if Int.random(in: 0..<4, using: &simulation.random) == 0 {
                change(simulation, words)
            } else {
                simulation.step()
            }
        }
        let cameToRest = simulation.settle()
        return (simulation, cameToRest)
    }

    static func change(_ simulation: Simulation, _ words: [String]) {
        let number = Int.random(in: 0..<30, using: &simulation.random)
        let id = QueueModel.id(number)
        switch Int.random(in: 0..<10, using: &simulation.random) {
        case 0: simulation.queue.delete(id)
        case 1 where simulation.queue.rows[id] != nil:
            simulation.queue.upsert(simulation.queue.rows[id]?.document ?? Samples.document(number), force: true)
        default:
            let word = words.randomElement(using: &simulation.random) ?? ""
            simulation.queue.upsert(Samples.document(number, word))
        }
    }

    @Test(arguments: seeds)
    func `every committed change is embedded in the end, whatever crashes and fails (G1, G2)`(seed: UInt64) {
        let faults = Simulation.Faults(
            storeFailures: 10,
            lostAnswers: 5,
            conflicts: 5,
            providerFailures: 10,
            crashes: 4
        )
        for run in 0..<UInt64(Self.runsPerSeed) {
            let (simulation, cameToRest) = Self.history(seed: seed << 16 | run, faults: faults)
            #expect(cameToRest, "seed \(seed), run \(run)")
            #expect(simulation.staleRows.isEmpty, "seed \(seed), run \(run)")
            #expect(simulation.deadRows.isEmpty, "seed \(seed), run \(run)")
        }
    }

    @Test(
        arguments: seeds
    )
    func `texts that always fail, or whose rows are refused, become dead letters, and nothing else does (G4)`(
        seed: UInt64
    ) {
        for run in 0..<UInt64(Self.runsPerSeed / 5) {
            let (simulation, cameToRest) = Self.history(
                seed: seed << 16 | run,
                faults: Simulation.Faults(storeFailures: 5, providerFailures: 5),
                words: ["fast", "small", "poison", "refused"]
            )
            #expect(cameToRest, "seed \(seed), run \(run)")
            #expect(simulation.staleRows.isEmpty, "seed \(seed), run \(run)")
            #expect(simulation.deadRows.isSubset(of: ["poison", "refused"]), "seed \(seed), run \(run)")
        }
    }

    @Test(arguments: seeds)
    func `a change of the model in the middle leaves no vector of the old one (G3)`(seed: UInt64) {
        for run in 0..<UInt64(Self.runsPerSeed / 5) {
            let (simulation, cameToRest) = Self.history(
                seed: seed << 16 | run,
                faults: Simulation.Faults(storeFailures: 5, crashes: 2, modelChanges: 3)
            )
            #expect(cameToRest, "seed \(seed), run \(run)")
            #expect(simulation.staleRows.isEmpty, "seed \(seed), run \(run)")
        }
    }

    @Test(arguments: seeds)
    func `a provider that limits costs no document an attempt (G5)`(seed: UInt64) {
        let simulation = Simulation(seed: seed, replicas: 2, faults: Simulation.Faults(providerFailures: 60))
        for number in 0..<20 { simulation.queue.upsert(Samples.document(number)) }
        for _ in 0..<400 {
            simulation.step()
            #expect(simulation.replicas.allSatisfy { $0.machine.counts.failed == 0 })
            #expect(simulation.queue.jobs.values.allSatisfy { $0.error == nil })
        }
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty && simulation.deadRows.isEmpty)
    }

    @Test(arguments: seeds)
    func `without faults each text is sent once, by whichever replica (G6)`(seed: UInt64) {
        let simulation = Simulation(seed: seed, replicas: 3)
        for number in 0..<50 { simulation.queue.upsert(Samples.document(number)) }
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
        #expect(simulation.sent.values.allSatisfy { $0 == 1 })
        #expect(simulation.queue.rows.values.allSatisfy { $0.writes == 1 })
    }
}
