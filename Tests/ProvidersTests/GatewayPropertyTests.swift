import EmbeddingCore
import Synchronization
import Testing

@testable import Providers

/// Cache and batcher together against a model that has neither: whatever the mix of repeated, new, cached, refused and
/// cancelled texts, every answer is what the provider would have said to each text alone.
struct GatewayPropertyTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `any mix of requests is answered as if each text were asked alone`(seed: UInt64) async throws {
        var random = LinearGenerator(state: seed)
        let provider = ScriptedProvider { inputs, call throws(EmbeddingError) in
            if call.isMultiple(of: 7) { throw EmbeddingError(.unavailable, "passing") }
            if inputs.contains(where: Self.isPoison) { throw EmbeddingError(.invalidInput, "refused") }
            return ScriptedProvider.answer(inputs)
        }
        let gateway = try EmbeddingGateway.test(
            provider,
            configuration: GatewayConfiguration(
                batchSize: 8,
                batchWindow: .microseconds(200),
                retryDelay: .microseconds(10),
                // Room for about half of the texts, so that vectors are dropped and asked for again.
                cacheMaxBytes: 20 * (LRUCache.overhead + 16)
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<150 {
                let request = Self.request(&random)
                let isCancelled = Int.random(in: 0..<10, using: &random) == 0
                group.addTask { try await Self.check(request, isCancelled: isCancelled, gateway) }
            }
            try await group.waitForAll()
        }
        let left = gateway.state.withLock { ($0.queue.texts.count, $0.queue.requests.count, $0.callers.count) }
        // A text whose callers have all gone may still be under way.
        #expect(left.1 == 0 && left.2 == 0)
        #expect(provider.received.allSatisfy { $0.count <= 8 })
    }

    private static func isPoison(_ input: EmbeddingInput) -> Bool {
        if case .text(let text) = input { text.hasSuffix("poison") } else { false }
    }

    private static func request(_ random: inout LinearGenerator) -> EmbeddingRequest {
        let count = [1, 1, 1, 2, 5, 30].randomElement(using: &random) ?? 1
        let inputs = (0..<count).map { _ -> EmbeddingInput in
            switch Int.random(in: 0..<20, using: &random) {
            case 0: .text("poison")
            case 1: .text("")
            case 2: .tokens([Int.random(in: 0..<5, using: &random), 7])
            default: .text("text \(Int.random(in: 0..<20, using: &random))")
            }
        }
        return EmbeddingRequest(
            inputs: inputs,
            type: Bool.random(using: &random) ? .query : .document,
            priority: Bool.random(using: &random) ? .interactive : .backlog
        )
    }

    private static func check(
        _ request: EmbeddingRequest,
        isCancelled: Bool,
        _ gateway: EmbeddingGateway
    ) async throws {
        let task = Task { try await gateway.embed(request) }
        if isCancelled { task.cancel() }
        do {
            let result = try await task.value
            #expect(result.embeddings.count == request.inputs.count)
            for (input, outcome) in zip(request.inputs, result.embeddings) { verify(input, outcome) }
        } catch let error as EmbeddingError {
            #expect(isCancelled && error.code == .cancelled)
        }
    }

    private static func verify(_ input: EmbeddingInput, _ outcome: Result<Embedding, EmbeddingError>) {
        switch outcome {
        case .success(let embedding): #expect(embedding.values == ScriptedProvider.vector(for: input))
        case .failure(let error): #expect(error.code == .invalidInput && (input == .text("") || isPoison(input)))
        }
    }
}
