import EmbeddingCore

/// Pages of one ranking. Of the best some are ranked for the first page, and all pages that lie within cut the same
/// list. Only where it ends many more are ranked; those that were in the first list are left out there, so that no repo
/// comes twice and none is lost.
struct ResultPaging {
    /// Candidates of each kind that are ranked for the pages after the first list; what lies beyond is not found.
    static let deepest = 1000

    /// Hits that a page may come after: more than any list has.
    private static let longest = 1 << 20

    /// What was ranked.
    struct Ranking: Sendable {
        var answer: SearchAnswer
        /// Whether more candidates would make the list longer.
        var isCut: Bool
    }

    /// Where a page begins: so many hits after the first, of a list of so many candidates of each kind.
    private struct Place {
        var depth: Int
        var offset: Int
    }

    private let question: String
    private let place: Place
    private let limit: Int

    /// How many candidates of each kind the first list is made of.
    var depth: Int { place.depth }

    /// - Parameter depth: how many candidates of each kind the first page's list is made of at least.
    /// - Throws: `SearchError.invalid` for a cursor of another question.
    init(_ question: String, cursor: String?, limit: Int, depth: Int = 0) throws(SearchError) {
        self.question = question
        self.limit = limit
        guard let cursor else {
            // One more tells whether there is a next page.
            place = Place(depth: max(depth, limit + 1), offset: 0)
            return
        }
        let numbers = PageCursor.place(cursor, of: question).map {
            String(decoding: $0, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        }
        // The seal keeps no secret: whoever can compute it can make a cursor.
        guard let numbers, numbers.count == 2, (1...Self.deepest).contains(numbers[0]),
            (0...Self.longest).contains(numbers[1])
        else {
            throw .invalid("this cursor does not belong to this query")
        }
        place = Place(depth: numbers[0], offset: numbers[1])
    }

    /// - Parameter rank: the ranking of so many candidates of each kind.
    func page(_ rank: (_ depth: Int) async throws(SearchError) -> Ranking) async throws(SearchError) -> SearchAnswer {
        let first = try await rank(place.depth)
        var answer = first.answer
        let end = place.offset + limit
        if first.isCut, answer.hits.count <= end {
            let known = Set(answer.hits.map(\.repo.fullName))
            answer.hits += try await rank(Self.deepest).answer.hits.filter { !known.contains($0.repo.fullName) }
        }
        if answer.hits.count > end {
            answer.next = PageCursor.text(Array("\(place.depth) \(end)".utf8), of: question)
        }
        answer.hits = Array(answer.hits.dropFirst(place.offset).prefix(limit))
        return answer
    }
}
