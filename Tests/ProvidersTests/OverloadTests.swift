import EmbeddingCore
import Testing

@testable import Providers

/// Ten times as many requests as the provider can serve, in simulated time.
struct OverloadTests {
    typealias Instant = ContinuousClock.Instant

    /// What became of the requests of one run.
    struct Tally {
        var answered = 0
        var late = 0
        var refused = 0
        var mostTexts = 0
    }

    @Test func `under ten times the load as much is served as at the best, and the rest is refused at once`() throws {
        let best = try run(load: 1)
        let overloaded = try run(load: 10)
        #expect(Double(overloaded.answered) >= 0.9 * Double(best.answered))
        #expect(overloaded.refused > 5 * overloaded.answered)
        #expect(overloaded.mostTexts <= 2 * 16 * 10 * 2)
        // What was taken in is answered in time.
        #expect(overloaded.late <= overloaded.answered / 20)
    }

    /// Requests of two texts with a deadline of two seconds, for twenty seconds; a call of 8 texts takes 100 ms.
    private func run(load: Int) throws -> Tally {
        let start = Instant.now
        let capacityPerSecond = 2 * 8 * 10
        let gap = Duration.seconds(1) / (capacityPerSecond / 2 * load)
        var settings = BatchQueue.Settings()
        settings.parallelCalls = 2
        settings.batchSize = 8
        var queue = BatchQueue(settings: settings, now: start)
        let model = EmbeddingModel(provider: "openai", name: "m", dimensions: 4)
        let embedding = EmbeddedText(embedding: try Embedding(validating: [1, 0], dimensions: 2), tokens: 1)
        var tally = Tally()
        var running: [(end: Instant, call: BatchQueue.Call)] = []
        var nextRequest = start
        var made = 0
        var now = start
        while now < start + .seconds(20) {
            if now >= nextRequest {
                nextRequest += gap
                let texts = (0..<2).map { _ in
                    made += 1
                    let input = EmbeddingInput.text("\(made)")
                    return BatchQueue.Text(
                        key: CacheKey(input, in: CacheKey.Scope(model: model, type: .document)),
                        input: input,
                        tokens: 10,
                        truncatedEnd: nil
                    )
                }
                do throws(EmbeddingError) {
                    let id = queue.makeID()
                    let deadline = now + .seconds(2)
                    try queue.submit(
                        texts,
                        id: id,
                        priority: .interactive,
                        shape: BatchQueue.Shape(dimensions: 2),
                        deadline: deadline,
                        now: now
                    )
                } catch {
                    #expect(error.code == .overloaded && error.retryAfter != nil)
                    tally.refused += 1
                }
            }
            var effects: [BatchQueue.Effect] = []
            for done in running where done.end <= now {
                let outcomes = done.call.inputs.map { _ in BatchQueue.TextOutcome.success(embedding) }
                let answer = BatchQueue.Answer(outcomes: outcomes, tokens: 0, quota: nil)
                effects += queue.finished(done.call.id, .success(answer), jitter: 0, now: now)
            }
            running.removeAll { $0.end <= now }
            effects += queue.advance(now: now)
            for effect in effects {
                switch effect {
                case .start(let call): running.append((now + .milliseconds(100), call))
                case .finish(_, let finished):
                    let isWhole = finished.outcomes.allSatisfy { if case .success = $0 { true } else { false } }
                    if isWhole { tally.answered += 1 } else { tally.late += 1 }
                default: break
                }
            }
            tally.mostTexts = max(tally.mostTexts, queue.texts.count)
            let next = ([nextRequest, queue.wake] + running.map(\.end)).compactMap { $0 }.min()
            now = max(now + .microseconds(1), try #require(next))
        }
        return tally
    }
}
