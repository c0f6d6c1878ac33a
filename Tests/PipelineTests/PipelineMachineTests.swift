import EmbeddingCore
import Testing

@testable import Pipeline

@Suite struct PipelineMachineTests {
    /// Runs one machine over `documents` until the queue is at rest.
    static func settled(_ documents: [Document], prepare: (Simulation) -> Void = { _ in }) -> Simulation {
        let simulation = Simulation(seed: 1, replicas: 1)
        for document in documents { simulation.queue.upsert(document) }
        prepare(simulation)
        let cameToRest = simulation.settle()
        #expect(cameToRest)
        return simulation
    }

    @Test
    func `an unchanged text ends its job without a provider call`() {
        let simulation = Self.settled([Samples.document(1)])
        simulation.queue.upsert(Samples.document(1))
        #expect(simulation.settle())
        #expect(simulation.sent.values.allSatisfy { $0 == 1 })
        #expect(simulation.replicas[0].machine.counts.unchanged == 1)
    }

    @Test
    func `what is given back while the provider throttles is no progress`() {
        let simulation = Simulation(seed: 1, replicas: 1, faults: Simulation.Faults(providerFailures: 100))
        for number in 0..<8 { simulation.queue.upsert(Samples.document(number)) }
        var rates: Set<Double> = []
        for _ in 0..<300 {
            simulation.step()
            rates.insert(simulation.replicas[0].machine.status(provider: .ready).ratePerSecond)
        }
        #expect(rates == [0])
        #expect(simulation.queue.statistics(model: simulation.model).pending == 8)
    }

    @Test(arguments: UInt64(0)..<50)
    func `once it says that it has started, it has counted`(seed: UInt64) {
        let simulation = Simulation(seed: seed, replicas: 2)
        for number in 0..<8 { simulation.queue.upsert(Samples.document(number)) }
        for _ in 0..<60 {
            simulation.step()
            for index in simulation.replicas.indices {
                let status = simulation.replicas[index].machine.status(provider: .ready)
                #expect(status.state == .starting || status.statistics.total == 8)
            }
        }
    }

    @Test
    func `a forced job is embedded although its text did not change`() {
        let simulation = Self.settled([Samples.document(1)])
        simulation.queue.upsert(Samples.document(1), force: true)
        #expect(simulation.settle())
        #expect(simulation.sent.values.allSatisfy { $0 == 2 })
    }

    @Test
    func `a private text does not go to an outside provider, and comes back when that is allowed (G7)`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        simulation.model = EmbeddingModel(provider: "openai", name: "large", dimensions: 4)
        simulation.queue.upsert(Samples.document(1, "secret", isPrivate: true))
        simulation.queue.upsert(Samples.document(2, "open"))
        #expect(simulation.settle())
        #expect(simulation.sent.count == 1 && simulation.sent.keys.allSatisfy { !$0.contains("secret") })
        #expect(simulation.queue.statistics(model: simulation.model).excluded == 1)
        simulation.configuration.embedsPrivate = true
        simulation.model = Samples.model
        simulation.start()
        simulation.replicas.removeFirst()
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
        #expect(simulation.queue.statistics(model: simulation.model).excluded == 0)
    }

    @Test
    func `rows from before the outbox are taken over; those of the current model are kept`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        for number in 0..<25 { simulation.queue.insertWithoutJob(Samples.document(number)) }
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
        let sent = simulation.sent.count
        simulation.start()
        #expect(simulation.settle())
        #expect(simulation.sent.count == sent)
    }

    @Test
    func `after the last attempt a document is a dead letter, until it changes`() {
        let simulation = Self.settled([Samples.document(1, "poison")])
        let attempts = simulation.configuration.retryAttempts
        #expect(simulation.sent.values.first == attempts)
        #expect(simulation.deadRows == ["poison"])
        simulation.queue.upsert(Samples.document(1, "fine"))
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty && simulation.deadRows.isEmpty)
    }

    @Test
    func `while paused nothing is claimed, and what is in hand and not sent is given back`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        simulation.queue.pause = PipelinePause()
        for number in 0..<50 { simulation.queue.upsert(Samples.document(number)) }
        #expect(!simulation.settle(limit: 500))
        #expect(simulation.sent.isEmpty)
        simulation.queue.pause = nil
        #expect(simulation.settle())
        #expect(simulation.staleRows.isEmpty)
    }

    @Test
    func `on stop what was not sent is released, what was sent is written, and the machine ends (G8)`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        for number in 0..<50 { simulation.queue.upsert(Samples.document(number)) }
        var embeds: [PipelineAction] = []
        while embeds.isEmpty {
            let pending = simulation.replicas[0].pending
            simulation.replicas[0].pending = []
            for action in pending {
                if case .embed = action {
                    embeds.append(action)
                } else {
                    simulation.feed(simulation.perform(action), to: 0)
                }
            }
        }
        simulation.feed(.stop, to: 0)
        simulation.replicas[0].pending += embeds
        while !simulation.replicas[0].machine.isFinished, !simulation.replicas[0].pending.isEmpty {
            simulation.feed(simulation.perform(simulation.replicas[0].pending.removeFirst()), to: 0)
        }
        #expect(simulation.replicas[0].machine.isFinished)
        #expect(simulation.queue.statistics(model: simulation.model).leased == 0)
        #expect(simulation.queue.statistics(model: simulation.model).embedded > 0)
    }

    @Test
    func `a provider that hangs does not outlast the grace period; its jobs are released`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        simulation.queue.upsert(Samples.document(1))
        while simulation.replicas[0].machine.batches.isEmpty {
            simulation.feed(simulation.perform(simulation.replicas[0].pending.removeFirst()), to: 0)
        }
        simulation.replicas[0].pending = []
        simulation.feed(.stop, to: 0)
        #expect(!simulation.replicas[0].machine.isFinished)
        simulation.queue.now += simulation.configuration.grace * 9 / 10
        simulation.feed(.tick, to: 0)
        for action in simulation.replicas[0].pending { simulation.feed(simulation.perform(action), to: 0) }
        #expect(simulation.replicas[0].machine.isFinished)
        #expect(simulation.queue.jobs.values.allSatisfy { $0.token == nil && $0.attempts == 0 })
    }

    @Test
    func `an outage of the database is met with a bounded number of calls`() {
        let simulation = Simulation(seed: 1, replicas: 1, faults: Simulation.Faults(storeFailures: 100))
        var calls = 0
        let end = Duration.seconds(60)
        while simulation.queue.now < end {
            let before = simulation.replicas[0].pending.count
            simulation.step()
            if simulation.replicas[0].pending.count < before { calls += 1 }
        }
        #expect(calls < 60)
        #expect(simulation.replicas[0].machine.storeFault != nil)
    }

    @Test(arguments: [0, 1])
    func `a document whose claimers die is parked in the end, and does no more harm`(more: Int) {
        let simulation = Simulation(seed: 1, replicas: 0)
        simulation.queue.upsert(Samples.document(1))
        let bound = simulation.configuration.retryAttempts + simulation.configuration.silentClaims
        for claim in 1..<bound + more {
            #expect(simulation.queue.claim(limit: 1, lease: .zero, token: ClaimToken("dead \(claim)")).count == 1)
        }
        simulation.start()
        #expect(simulation.settle())
        #expect(simulation.sent.count == 1 - more)
        let reasons = simulation.queue.jobs.values.map { $0.error ?? "" }
        #expect(reasons.count == more)
        #expect(reasons.allSatisfy { $0.contains("ended before they finished") })
    }

    @Test
    func `a drain ends when the backlog is empty, dead letters aside`() {
        let simulation = Simulation(seed: 1, replicas: 0)
        for number in 0..<30 {
            simulation.queue.insertWithoutJob(Samples.document(number, number == 7 ? "poison" : ""))
        }
        simulation.start(mode: .once)
        for _ in 0..<5000 where !simulation.replicas[0].machine.isFinished {
            if simulation.replicas[0].pending.isEmpty {
                guard let next = simulation.replicas[0].machine.nextWakeUp else { break }
                simulation.queue.now = next - Simulation.epoch
                simulation.feed(.tick, to: 0)
            } else {
                simulation.feed(simulation.perform(simulation.replicas[0].pending.removeFirst()), to: 0)
            }
        }
        #expect(simulation.replicas[0].machine.isFinished)
        #expect(simulation.staleRows.isEmpty && simulation.deadRows == ["poison"])
        #expect(simulation.replicas[0].machine.counts.written == 29)
    }

    @Test
    func `no more texts are paid for than the batches in flight and two more while nothing can be written (G6)`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        for number in 0..<200 { simulation.queue.upsert(Samples.document(number)) }
        var writes: [PipelineAction] = []
        for _ in 0..<2000 {
            guard let action = simulation.replicas[0].pending.popLast() else {
                guard let next = simulation.replicas[0].machine.nextWakeUp, next < Simulation.epoch + .seconds(5) else {
                    break
                }
                simulation.queue.now = next - Simulation.epoch
                simulation.feed(.tick, to: 0)
                continue
            }
            if case .write = action {
                writes.append(action)
            } else {
                simulation.feed(simulation.perform(action), to: 0)
            }
        }
        let configuration = simulation.configuration
        let bound = (configuration.parallelBatches + configuration.parallelWrites + 1) * configuration.batchSize
        #expect(!writes.isEmpty)
        #expect(simulation.sent.count == bound)
        simulation.replicas[0].pending += writes
        #expect(simulation.settle())
        #expect(simulation.sent.count == 200)
    }

    @Test
    func `the counts follow what was written without being read again`() {
        let simulation = Simulation(seed: 1, replicas: 1)
        for number in 0..<30 {
            let description = number == 3 ? "poison" : ""
            simulation.queue.upsert(Samples.document(number, description))
        }
        var surveys = 0
        for _ in 0..<5000 where simulation.queue.statistics(model: simulation.model).pending > 0 {
            guard !simulation.replicas[0].pending.isEmpty else {
                guard let next = simulation.replicas[0].machine.nextWakeUp else { break }
                simulation.queue.now = next - Simulation.epoch
                simulation.feed(.tick, to: 0)
                continue
            }
            let action = simulation.replicas[0].pending.removeFirst()
            if case .survey = action {
                surveys += 1
                // The first one comes before the model is known, the second settles that it is in use.
                if surveys > 2 { continue }
            }
            simulation.feed(simulation.perform(action), to: 0)
        }
        let status = simulation.replicas[0].machine.status(provider: .ready)
        #expect(status.statistics == simulation.queue.statistics(model: simulation.model))
        #expect(status.statistics.embedded == 29 && status.statistics.failed == 1)
    }
}
