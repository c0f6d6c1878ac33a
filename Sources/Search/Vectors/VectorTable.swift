import Dispatch
import EmbeddingCore

/// Vectors with what filters ask about, row by row: beside the vector some 60 bytes a row.
struct VectorTable: ~Copyable {
    private let block: VectorBlock
    private var rows: [VectorRow] = []
    private var names = NameArena()
    /// By the number of the repo; -1 where there is none.
    private var places: [Int32] = []

    init(dimensions: Int) { block = VectorBlock(dimensions: dimensions) }

    /// Adds or replaces the vector of a repo; one that is not usable takes the repo away.
    mutating func set(_ number: Int, _ repo: Repo, _ vector: [Float]) {
        guard let vector = try? Embedding(validating: vector, dimensions: block.dimensions).values else {
            return remove(number)
        }
        while places.count <= number { places.append(-1) }
        if places[number] < 0 {
            places[number] = Int32(rows.count)
            rows.append(VectorRow(number, repo, names.add(repo.fullName), topics: addTopics(of: repo)))
            block.append(vector)
        } else {
            let place = Int(places[number])
            removeTexts(of: rows[place])
            rows[place] = VectorRow(number, repo, names.add(repo.fullName), topics: addTopics(of: repo))
            block.replace(at: place, with: vector)
        }
        if names.isWasteful { compactNames() }
    }

    mutating func remove(_ number: Int) {
        guard let place = place(of: number) else { return }
        places[number] = -1
        removeTexts(of: rows[place])
        block.removeBySwap(at: place)
        let last = rows.removeLast()
        guard place < rows.count else { return }
        rows[place] = last
        places[Int(last.number)] = Int32(place)
    }

    func values(of number: Int) -> [Float]? { place(of: number).map { block.values(at: $0) } }

    /// The cosine of a repo's vector and a unit vector.
    func score(of number: Int, to query: [Float]) -> Float? {
        guard query.count == block.dimensions, let place = place(of: number) else { return nil }
        return block.padded(query).withUnsafeBufferPointer { query in
            query.baseAddress.map { block.dot($0, row: place) }
        }
    }

    private func place(of number: Int) -> Int? {
        guard places.indices.contains(number), places[number] >= 0 else { return nil }
        return Int(places[number])
    }

    private mutating func compactNames() {
        var compacted = NameArena()
        for index in rows.indices {
            rows[index].name = compacted.add(rows[index].name, of: names)
            rows[index].topics = compacted.add(rows[index].topics, of: names)
        }
        names = compacted
    }

    private mutating func addTopics(of repo: Repo) -> NameArena.Place {
        names.add(repo.values(of: .topics).flatMap { withUnsafeBytes(of: $0.hashValue) { Array($0) } })
    }

    private mutating func removeTexts(of row: VectorRow) {
        names.remove(row.name)
        names.remove(row.topics)
    }

    /// The nearest rows that pass the filter, best first: one pass, split over up to `threads` threads.
    func nearest(to query: [Float], filter: SearchFilter, limit: Int, threads: Int) -> [ScoredNumber] {
        guard query.count == block.dimensions, limit > 0 else { return [] }
        let parts = min(threads, max(1, rows.count / Self.rowsPerThread))
        let partials = Partials(count: parts)
        let size = (rows.count + parts - 1) / parts
        let padded = block.padded(query)
        let test = RowTest(filter)
        let count = rows.count
        return rows.withUnsafeBufferPointer { rows in
            names.bytes.withUnsafeBufferPointer { names in
                // The pointers outlive their use: `concurrentPerform` returns when all parts are done.
                nonisolated(unsafe) let part = ScanPart(
                    rows: rows,
                    names: names,
                    block: block,
                    test: test,
                    limit: limit
                )
                DispatchQueue.concurrentPerform(iterations: parts) { number in
                    let range = min(number * size, count)..<min((number + 1) * size, count)
                    partials.set(number, part.best(in: range, padded))
                }
                var best = TopK<Candidate>(capacity: limit)
                for candidate in partials.joined { best.offer(candidate) }
                return best.sorted.map { ScoredNumber(number: Int($0.number), score: $0.score) }
            }
        }
    }

    /// Fewer rows than this are not worth another thread.
    private static let rowsPerThread = 4096
}

/// A repo's number, and the cosine of its vector.
struct ScoredNumber: Sendable {
    let number: Int
    let score: Float
}
