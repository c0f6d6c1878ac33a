import EmbeddingCore

extension SearchFilter {
    /// Reads the parameters that all lists of repos have.
    init(_ fields: inout FieldReader, _ caller: Caller) {
        let conditions: [FilterCondition?] = [
            fields.filter("language", length: 1...100).map { .language($0) },
            fields.filter("topic", length: 1...100).map { .topic($0) },
            fields.integer("min_stars", in: 0...1_000_000_000).map { .hasStars($0) },
            fields.bool("archived").map { .isFlag(.isArchived, $0) },
            fields.bool("fork").map { .isFlag(.isFork, $0) },
            fields.bool("private").map { .isFlag(.isPrivate, $0) },
            fields.time("updated_since").map { .isUpdated(since: $0) },
            fields.filter("owner", length: 1...100).map { .owner($0) },
        ]
        self.init(conditions.compactMap { $0 }, includesPrivate: caller.seesPrivate)
    }

    /// With those of a search besides.
    init(search fields: inout FieldReader, _ caller: Caller) {
        self.init(&fields, caller)
        if let owner = fields.filter("exclude_owner", length: 1...100) { narrowing.append(.anotherOwner(than: owner)) }
        minScore = fields.double("min_score", in: -1...1)
    }
}

extension FieldReader {
    /// Where the page before ended.
    mutating func cursor() -> String? { string("cursor", length: 1...2048) }
}
