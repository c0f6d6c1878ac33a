/// A row found, better the greater. The name is one in the table's arena, good while the scan lasts.
struct Candidate: Comparable {
    let score: Float
    let stars: Int32
    let number: Int32
    let name: UnsafeBufferPointer<UInt8>

    static func < (left: Self, right: Self) -> Bool {
        if left.score != right.score { return left.score < right.score }
        if left.stars != right.stars { return left.stars < right.stars }
        return right.name.lexicographicallyPrecedes(left.name)
    }

    static func == (left: Self, right: Self) -> Bool { left.number == right.number }
}

/// What every part of one scan works with.
struct ScanPart {
    let rows: UnsafeBufferPointer<VectorRow>
    let names: UnsafeBufferPointer<UInt8>
    let block: VectorBlock
    let test: RowTest
    let limit: Int

    /// The best rows of `range`, in no order.
    func best(in range: Range<Int>, _ query: [Float]) -> [Candidate] {
        var best = TopK<Candidate>(capacity: limit)
        var threshold = test.minScore
        query.withUnsafeBufferPointer { query in
            guard let query = query.baseAddress else { return }
            for index in range where test.passes(rows[index], names) {
                let score = block.dot(query, row: index)
                guard score >= threshold else { continue }
                let row = rows[index]
                best.offer(
                    Candidate(score: score, stars: row.stars, number: row.number, name: names.name(at: row.name))
                )
                if let worst = best.threshold { threshold = max(test.minScore, worst.score) }
            }
        }
        return best.heap
    }
}
