import Testing

@testable import Routing

@Suite struct TimeLimitTests {
    private struct Late: Error, Equatable {}

    @Test func `work that ends in time is answered with what it gives`() async throws {
        #expect(try await TimeLimit.run(.seconds(600), or: Late()) { 7 } == 7)
        await #expect(throws: APIError.self) {
            try await TimeLimit<Int>.run(.seconds(600), or: Late()) { throw APIError.unexpected }
        }
    }

    @Test func `work that takes longer is given up even if it does not notice`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        await #expect(throws: Late.self) {
            try await TimeLimit<Int>.run(.milliseconds(1), or: Late()) {
                await Task { for await _ in gate {} }.value
                return 7
            }
        }
        opener.finish()
    }

    @Test func `a caller that is cancelled does not wait`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await TimeLimit<Int>.run(.seconds(600), or: Late()) {
                await Task { for await _ in gate {} }.value
                return 7
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        opener.finish()
    }
}
