import Dispatch
import EmbeddingCore

/// Vectors with what filters ask about, row by row.
struct VectorTable: ~Copyable {
    private let block: VectorBlock
    private var rows: [Row] = []
    private var rowOfNumber: [Int: Int] = [:]
    private var languages = Names()
    private var owners = Names()

    /// What is known of a row besides its vector.
    struct Row {
        let number: Int
        let fullName: String
        let stars: Int
        let language: Int
        let owner: Int
        let isPrivate: Bool
    }

    /// A row found, better the greater.
    struct Candidate: Comparable, Sendable {
        let score: Float
        let stars: Int
        let fullName: String
        let number: Int

        static func < (left: Self, right: Self) -> Bool {
            if left.score != right.score { return left.score < right.score }
            if left.stars != right.stars { return left.stars < right.stars }
            return left.fullName > right.fullName
        }
    }

    init(dimensions: Int) { block = VectorBlock(dimensions: dimensions) }

    var count: Int { rows.count }

    mutating func set(_ number: Int, _ repo: Repo, _ vector: [Float]) {
        guard vector.count == block.dimensions, vector.allSatisfy(\.isFinite) else { return remove(number) }
        let row = Row(
            number: number,
            fullName: repo.fullName,
            stars: repo.stars,
            language: languages.id(of: repo.language ?? ""),
            owner: owners.id(of: repo.owner),
            isPrivate: repo.isPrivate
        )
        if let place = rowOfNumber[number] {
            rows[place] = row
            block.replace(at: place, with: vector)
        } else {
            rowOfNumber[number] = rows.count
            rows.append(row)
            block.append(vector)
        }
    }

    mutating func remove(_ number: Int) {
        guard let place = rowOfNumber.removeValue(forKey: number) else { return }
        block.removeBySwap(at: place)
        let last = rows.removeLast()
        guard place < rows.count else { return }
        rows[place] = last
        rowOfNumber[last.number] = place
    }

    func values(of number: Int) -> [Float]? { rowOfNumber[number].map { block.values(at: $0) } }

    /// The nearest rows that pass the filter, best first: one pass, split over up to `threads` threads.
    func nearest(to query: [Float], filter: SearchFilter, limit: Int, threads: Int) -> [Candidate] {
        guard query.count == block.dimensions, limit > 0, let test = test(for: filter) else { return [] }
        let padded = block.padded(query)
        let parts = min(threads, max(1, rows.count / Self.rowsPerThread))
        let partials = Partials(count: parts)
        let size = (rows.count + parts - 1) / parts
        rows.withUnsafeBufferPointer { rows in
            // The pointer outlives the call: `concurrentPerform` returns when all parts are done.
            nonisolated(unsafe) let rows = rows
            nonisolated(unsafe) let block = block
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                let range = min(part * size, rows.count)..<min((part + 1) * size, rows.count)
                partials.set(part, Self.scan(range, rows, block, padded, test, limit))
            }
        }
        var best = TopK<Candidate>(capacity: limit)
        for candidate in partials.joined { best.offer(candidate) }
        return best.sorted
    }

    /// Fewer rows than this are not worth another thread.
    private static let rowsPerThread = 4096

    private static func scan(
        _ range: Range<Int>,
        _ rows: UnsafeBufferPointer<Row>,
        _ block: VectorBlock,
        _ query: [Float],
        _ test: RowTest,
        _ limit: Int
    ) -> [Candidate] {
        var best = TopK<Candidate>(capacity: limit)
        var threshold = test.minScore
        query.withUnsafeBufferPointer { query in
            guard let query = query.baseAddress else { return }
            for index in range where test.passes(rows[index]) {
                let score = block.dot(query, row: index)
                guard score >= threshold else { continue }
                let row = rows[index]
                best.offer(Candidate(score: score, stars: row.stars, fullName: row.fullName, number: row.number))
                if let worst = best.threshold { threshold = max(test.minScore, worst.score) }
            }
        }
        return best.heap
    }

    /// The filter in terms of rows; nil when nothing can pass.
    private func test(for filter: SearchFilter) -> RowTest? {
        var test = RowTest(includesPrivate: filter.includesPrivate)
        if let language = filter.language {
            guard let id = languages.knownID(of: language) else { return nil }
            test.language = id
        }
        if let owner = filter.owner {
            guard let id = owners.knownID(of: owner) else { return nil }
            test.owner = id
        }
        test.excludedOwner = filter.excludeOwner.flatMap { owners.knownID(of: $0) }
        test.minStars = filter.minStars ?? .min
        test.minScore = filter.minScore.map { Float($0) } ?? -.infinity
        test.excludedName = filter.excludeName?.lowercased()
        return test
    }

    /// A filter with names replaced by their numbers.
    private struct RowTest: Sendable {
        var includesPrivate: Bool
        var language: Int?
        var owner: Int?
        var excludedOwner: Int?
        var excludedName: String?
        var minStars = Int.min
        var minScore = -Float.infinity

        init(includesPrivate: Bool) { self.includesPrivate = includesPrivate }

        @inline(__always)
        func passes(_ row: Row) -> Bool {
            if row.stars < minStars || row.isPrivate && !includesPrivate { return false }
            if let language, row.language != language { return false }
            if let owner, row.owner != owner { return false }
            if let excludedOwner, row.owner == excludedOwner { return false }
            if let excludedName, row.fullName.utf8.count == excludedName.utf8.count {
                return row.fullName.lowercased() != excludedName
            }
            return true
        }
    }

    /// Numbers for names, compared without case.
    private struct Names {
        private var ids: [String: Int] = [:]

        mutating func id(of name: String) -> Int {
            let key = name.lowercased()
            if let id = ids[key] { return id }
            ids[key] = ids.count
            return ids.count - 1
        }

        func knownID(of name: String) -> Int? { ids[name.lowercased()] }
    }
}
