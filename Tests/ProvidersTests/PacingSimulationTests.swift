import EmbeddingCore
import Testing

@testable import Providers

/// Five minutes against a provider that limits the rate, in simulated time: events are the ends of calls and the
/// queue's own wakes.
struct PacingSimulationTests {
    typealias Instant = ContinuousClock.Instant

    /// A provider that enforces its limits with token buckets, which is what OpenAI says it does.
    struct LimitedProvider {
        var requests: TokenBucket?
        var tokens: TokenBucket?
        var sendsHeaders: Bool
        var retryAfter: Duration?
        var accepted = 0
        var acceptedTokens = 0
        var refused = 0

        mutating func answer(_ call: BatchQueue.Call, at now: Instant) -> Result<BatchQueue.Answer, EmbeddingError> {
            let cost = call.tokens.reduce(0, +)
            let waits = [requests?.wait(for: 1, at: now), tokens?.wait(for: Double(cost), at: now)].compactMap { $0 }
            if let wait = waits.max(), wait > .zero {
                refused += 1
                return .failure(EmbeddingError(.rateLimited, "slow down", retryAfter: retryAfter ?? wait))
            }
            requests?.take(1, at: now)
            tokens?.take(Double(cost), at: now)
            accepted += 1
            acceptedTokens += cost
            let quota = sendsHeaders ? ProviderQuota(requests: window(requests, now), tokens: window(tokens, now)) : nil
            let outcomes = call.inputs.map { _ in BatchQueue.TextOutcome.failure(EmbeddingError(.internal, "")) }
            return .success(BatchQueue.Answer(outcomes: outcomes, tokens: cost, quota: quota))
        }

        private func window(_ bucket: TokenBucket?, _ now: Instant) -> ProviderQuota.Window {
            guard let bucket else { return ProviderQuota.Window() }
            return ProviderQuota.Window(
                limit: Int((bucket.perSecond * 60).rounded()),
                remaining: Int(max(0, bucket.level(at: now)))
            )
        }
    }

    struct Limit: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
        var sendsHeaders = false
        var configuredRequests: Int?
        var configuredTokens: Int?
        var retryAfter: Duration?
        var burst = 5.0
    }

    static let limits = [
        Limit(testDescription: "requests, configured", requestsPerMinute: 600, configuredRequests: 600),
        Limit(testDescription: "requests, from headers", requestsPerMinute: 600, sendsHeaders: true),
        Limit(
            testDescription: "tokens, configured",
            requestsPerMinute: 3000,
            tokensPerMinute: 100_000,
            configuredRequests: 3000,
            configuredTokens: 100_000
        ),
        Limit(
            testDescription: "tokens, from headers below the configured",
            requestsPerMinute: 3000,
            tokensPerMinute: 100_000,
            sendsHeaders: true,
            configuredRequests: 3000,
            configuredTokens: 1_000_000
        ),
        Limit(testDescription: "nobody says, Retry-After as needed", requestsPerMinute: 600),
        Limit(testDescription: "nobody says, Retry-After of a second", requestsPerMinute: 600, retryAfter: .seconds(1)),
        Limit(
            testDescription: "a limit far below the configured",
            requestsPerMinute: 120,
            configuredRequests: 3000,
            retryAfter: .seconds(1)
        ),
    ]

    @Test(arguments: limits)
    func `a limited provider is used to 95 percent of its limit without a storm of refusals`(limit: Limit) throws {
        let start = Instant.now
        var settings = BatchQueue.Settings()
        settings.batchSize = 4
        settings.pacing.requestsPerMinute = limit.configuredRequests
        settings.pacing.tokensPerMinute = limit.configuredTokens
        var queue = BatchQueue(settings: settings, now: start)
        func bucket(_ perMinute: Int?) -> TokenBucket? {
            perMinute.map { limit in
                TokenBucket(capacity: Double(limit) / 60 * 5, perSecond: Double(limit) / 60, now: start)
            }
        }
        var provider = LimitedProvider(
            requests: bucket(limit.requestsPerMinute),
            tokens: bucket(limit.tokensPerMinute),
            sendsHeaders: limit.sendsHeaders,
            retryAfter: limit.retryAfter
        )
        try simulate(&queue, &provider, from: start, for: .seconds(300))
        let allowed = Double(limit.tokensPerMinute.map { $0 * 5 } ?? (limit.requestsPerMinute ?? 0) * 5)
        let used = Double(limit.tokensPerMinute == nil ? provider.accepted : provider.acceptedTokens)
        #expect(used >= 0.95 * allowed)
        #expect(Double(provider.refused) <= 0.05 * Double(provider.accepted))
    }

    @Test func `interactive texts go at once at a pace that the backlog uses up`() throws {
        let start = Instant.now
        var settings = BatchQueue.Settings()
        settings.batchSize = 4
        settings.pacing.requestsPerMinute = 600
        var queue = BatchQueue(settings: settings, now: start)
        var provider = LimitedProvider(
            requests: TokenBucket(capacity: 50, perSecond: 10, now: start),
            sendsHeaders: false
        )
        let waits = try simulate(
            &queue,
            &provider,
            from: start,
            for: .seconds(300),
            interactiveEvery: .milliseconds(370)
        )
        #expect(waits.count > 800)
        // Ten calls a second: a text that had to wait for the forty of the backlog would wait for a second.
        #expect(try #require(waits.max()) <= .milliseconds(250))
        #expect(Double(provider.accepted) >= 0.95 * 3000)
        #expect(Double(provider.refused) <= 0.05 * Double(provider.accepted))
    }

    /// A backlog that never ends, and latencies between 100 and 300 ms.
    /// - Parameter interval: how often an interactive text comes; nil for never.
    /// - Returns: how long each interactive text waited for its call.
    @discardableResult
    private func simulate(
        _ queue: inout BatchQueue,
        _ provider: inout LimitedProvider,
        from start: Instant,
        for duration: Duration,
        interactiveEvery interval: Duration? = nil
    ) throws -> [Duration] {
        let model = EmbeddingModel(provider: "openai", name: "m", dimensions: 4)
        var random = LinearGenerator(state: 7)
        var running: [(end: Instant, id: Int, result: Result<BatchQueue.Answer, EmbeddingError>)] = []
        var now = start
        var made = 0
        var nextInteractive = interval.map { start + $0 }
        var interactive: [EmbeddingInput: Instant] = [:]
        var waits: [Duration] = []
        func text(_ name: String) -> BatchQueue.Text {
            made += 1
            let input = EmbeddingInput.text("\(name) \(made)")
            return BatchQueue.Text(
                key: CacheKey(input, in: CacheKey.Scope(model: model, type: .document)),
                input: input,
                tokens: Int.random(in: 20...90, using: &random),
                truncatedEnd: .right
            )
        }
        let shape = BatchQueue.Shape(dimensions: 4)
        while now < start + duration {
            while queue.texts.count < 40 {
                let texts = (0..<32).map { _ in text("backlog") }
                let id = queue.makeID()
                try queue.submit(texts, id: id, priority: .backlog, shape: shape, deadline: nil, now: now)
            }
            if let interval, let next = nextInteractive, next <= now {
                nextInteractive = next + interval
                let text = text("interactive")
                interactive[text.input] = now
                let id = queue.makeID()
                try queue.submit([text], id: id, priority: .interactive, shape: shape, deadline: nil, now: now)
            }
            for case .start(let call) in queue.advance(now: now) {
                waits += call.inputs.compactMap { interactive.removeValue(forKey: $0).map { now - $0 } }
                let latency = Duration.milliseconds(Int.random(in: 100...300, using: &random))
                running.append((now + latency, call.id, provider.answer(call, at: now)))
            }
            let nextEnd = running.map(\.end).min()
            now = try #require([nextEnd, queue.wake, nextInteractive].compactMap { $0 }.min())
            for call in running where call.end <= now {
                _ = queue.finished(call.id, call.result, jitter: .random(in: 0..<1, using: &random), now: now)
            }
            running.removeAll { $0.end <= now }
        }
        return waits
    }
}

/// Random numbers that are the same on every run.
struct LinearGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
