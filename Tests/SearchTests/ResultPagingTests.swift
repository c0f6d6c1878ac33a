import EmbeddingCore
import Testing

@testable import Search

@Suite struct ResultPagingTests {
    @Test(arguments: [
        "", "5", "5 x", "5 -1", "0 0", "1001 0", "5 1048577", "5 \(Int.max)", "\(Int.max) 0", "5 99999999999999999999",
        "5 1 1",
    ])
    func `a cursor that somebody made up names a place or is refused`(place: String) {
        let cursor = PageCursor.text(Array(place.utf8), of: "q")
        #expect(throws: SearchError.self) { try ResultPaging("q", cursor: cursor, limit: 10) }
    }

    @Test func `a place beyond the last hit is an empty page`() async throws {
        let cursor = PageCursor.text(Array("5 1048576".utf8), of: "q")
        let paging = try ResultPaging("q", cursor: cursor, limit: 100)
        #expect(throws: SearchError.self) { try ResultPaging("another", cursor: cursor, limit: 100) }
        let empty = SearchAnswer(
            hits: [],
            mode: .vector,
            method: .exact,
            model: EmbeddingModel(provider: "builtin", name: "m", dimensions: 2),
            coverage: 1
        )
        let page = try await paging.page { _ throws(SearchError) in .init(answer: empty, isCut: true) }
        #expect(page.hits.isEmpty && page.next == nil)
    }
}
