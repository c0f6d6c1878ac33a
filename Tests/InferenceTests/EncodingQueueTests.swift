import Testing

@testable import Inference

@Suite("EncodingQueue") struct EncodingQueueTests {
    /// A text the queue takes for eight tokens.
    private static let text = String(repeating: "x", count: 20)

    private static func request(_ count: Int) -> EncodingRequest {
        EncodingRequest(Array(repeating: .text(text), count: count), head: TokenRows(width: 1))
    }

    /// A queue of batches of 64 tokens that took `requests`.
    private static func queue(capacity: Int = 1000, _ requests: [EncodingRequest] = []) -> EncodingQueue {
        var queue = EncodingQueue(capacity: capacity, batchTokens: 64, smallestBatch: 16, maxTokens: 32)
        for request in requests { _ = queue.append(request) }
        return queue
    }

    @Test
    func `fills a batch from several requests, in order`() {
        let requests = [Self.request(3), Self.request(2), Self.request(10)]
        var queue = Self.queue(requests)
        let (first, second) = (queue.takeBatch(workers: 1), queue.takeBatch(workers: 1))
        #expect(first.map(\.inputs) == [0..<3, 0..<2, 0..<3])
        #expect(zip(first, requests).allSatisfy { $0.request === $1 })
        #expect(second.map(\.inputs) == [3..<10])
        #expect(queue.isEmpty)
    }

    @Test(
        arguments: [(1, 6), (2, 3), (3, 2), (6, 2), (100, 2)]
    )
    func `shares what waits among the workers, but not in crumbs`(workers: Int, texts: Int) {
        var queue = Self.queue([Self.request(6)])
        let batch = queue.takeBatch(workers: workers)
        #expect(batch.map(\.inputs) == [0..<texts])
    }

    @Test
    func `a small request does not wait for the whole of a large one before it`() {
        let (large, small) = (Self.request(50), Self.request(1))
        var queue = Self.queue([large, small])
        let (first, second) = (queue.takeBatch(workers: 1), queue.takeBatch(workers: 1))
        #expect(first.map(\.inputs) == [0..<8])
        #expect(second.map(\.inputs) == [0..<1, 8..<15])
        #expect(second.first?.request === small)
    }

    @Test
    func `refuses what exceeds its capacity, but takes any request that is alone`() {
        var queue = Self.queue(capacity: 5)
        let accepted = [8, 1].map { queue.append(Self.request($0)) }
        #expect(accepted == [true, false])
        _ = queue.takeBatch(workers: 1)
        #expect(queue.isEmpty)
        let acceptedLater = [3, 2, 1].map { queue.append(Self.request($0)) }
        #expect(acceptedLater == [true, true, false])
    }

    @Test
    func `forgets a cancelled request, and only it`() {
        let cancelled = Self.request(3)
        var queue = Self.queue(capacity: 5, [cancelled, Self.request(2)])
        queue.remove(cancelled)
        let isAccepted = queue.append(Self.request(3))
        #expect(isAccepted)
        let batch = queue.takeBatch(workers: 1)
        #expect(batch.map(\.inputs) == [0..<2, 0..<3])
    }
}
