import EmbeddingCore
import HTTP

/// What the page's address asks for: a search, or the neighbours of a repo.
struct PagePlace: Sendable {
    static let filters = ["language", "topic", "min_stars", "owner"]
    private static let resultCount = 20

    /// The parameters that mean something here and are not blank, as a form without scripts sends them.
    let items: QueryItems

    /// Nil where the address asks for nothing, and where nobody would see what it asks for: an image of another page,
    /// for one (Fetch Metadata §2.1).
    init?(_ head: HTTPRequestHead) {
        guard !head.queryRange.isEmpty, ["document", nil].contains(head.header("sec-fetch-dest")),
            MediaType.html.isAccepted(by: head), let items = try? QueryItems(head)
        else { return nil }
        self.items = items.filled(["q", "similar", "mode", "cursor"] + Self.filters)
        guard self["q"] != nil || self["similar"] != nil else { return nil }
    }

    subscript(name: String) -> String? { items.values[name] }

    /// The address of what comes after an answer.
    func address(of cursor: String) -> String {
        let values = items.values.merging(["cursor": cursor]) { $1 }
        let pairs = values.sorted { $0.key < $1.key }.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }
        return "./?" + pairs.joined(separator: "&")
    }

    /// The repo whose neighbours are asked for.
    var similar: String? { self["similar"] }
    var title: String { similar.map { "Similar to \($0)" } ?? self["q"] ?? "" }

    /// - Throws: `APIError` for what it asks for, and what `search` throws.
    func find(in search: any RepoSearch, _ caller: Caller) async throws -> SearchAnswer {
        guard let similar else {
            var query = try SearchQuery(fields: FieldReader(query: items), caller)
            query.limit = Self.resultCount
            return try await search.search(query)
        }
        guard Repo.isValid(fullName: similar) else { throw APIError.unknownRepo }
        var fields = FieldReader(query: items.filled(Self.filters))
        let filter = SearchFilter(&fields, caller)
        try fields.finish()
        return try await search.similar(to: similar, filter: filter, limit: Self.resultCount, cursor: self["cursor"])
    }
}
