import EmbeddingCore
import Testing

@testable import Pipeline

@Suite struct QueueStatisticsTests {
    private let job = EmbeddingJob(document: Samples.document(1), attempts: 1)

    private func contradictions(_ counts: QueueStatistics) -> [String] {
        var found: [String] = []
        if counts.embedded > counts.total { found.append("embedded \(counts.embedded) of \(counts.total)") }
        if counts.leased > counts.pending { found.append("leased \(counts.leased) of \(counts.pending)") }
        if min(counts.pending, counts.leased, counts.embedded) < 0 { found.append("less than none") }
        return found
    }

    @Test func `what was written after the count is there`() throws {
        var counts = QueueStatistics()
        counts.followClaim(of: 1)
        #expect(counts == QueueStatistics(pending: 1, leased: 1, total: 1))
        let vector = try #require(Samples.vector(of: "text", model: Samples.model))
        counts.followWrite(of: JobCompletion(job: job, outcome: .embedded(vector)), model: Samples.model)
        #expect(counts == QueueStatistics(embedded: 1, total: 1))
        #expect(counts.coverage == 1)
    }

    @Test(arguments: 0..<20)
    func `counts never contradict each other`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let vector = try #require(Samples.vector(of: "text", model: Samples.model))
        let outcomes: [JobOutcome] = [
            .embedded(vector), .unchanged, .excluded, .retry(after: .zero, error: ""), .released(after: .zero),
            .deadLetter(error: ""),
        ]
        var counts = QueueStatistics()
        for _ in 0..<200 {
            if Bool.random(using: &random) {
                counts.followClaim(of: Int.random(in: 0...3, using: &random))
            } else {
                let outcome = try #require(outcomes.randomElement(using: &random))
                counts.followWrite(of: JobCompletion(job: job, outcome: outcome), model: Samples.model)
            }
            #expect(contradictions(counts).isEmpty, "\(counts)")
        }
    }
}
