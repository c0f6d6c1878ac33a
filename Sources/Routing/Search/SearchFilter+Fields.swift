import EmbeddingCore

extension SearchFilter {
    /// Reads the parameters that all lists of repos have.
    init(_ fields: inout FieldReader, _ caller: Caller) {
        let flags: [(String, FilterCondition.Flag)] = [
            ("archived", .isArchived), ("fork", .isFork), ("private", .isPrivate),
        ]
        self.init(
            language: fields.filter("language", length: 1...100),
            topic: fields.filter("topic", length: 1...100),
            minStars: fields.integer("min_stars", in: 0...1_000_000_000),
            flags: flags.reduce(into: [:]) { $0[$1.1] = fields.bool($1.0) },
            updatedSince: fields.time("updated_since"),
            owner: fields.filter("owner", length: 1...100),
            includesPrivate: caller.seesPrivate
        )
    }

    /// With those of a search besides.
    init(search fields: inout FieldReader, _ caller: Caller) {
        self.init(&fields, caller)
        excludeOwner = fields.filter("exclude_owner", length: 1...100)
        minScore = fields.double("min_score", in: -1...1)
    }
}

extension FieldReader {
    /// Where the page before ended.
    mutating func cursor() -> String? { string("cursor", length: 1...2048) }
}
