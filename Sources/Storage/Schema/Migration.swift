import EmbeddingCore

/// One step from a version of the schema to the next. It may run again after a crash in its middle.
struct Migration: Sendable {
    enum Step: Sendable {
        case statements(String)
        /// Enters the names of the rows that are there, page by page.
        case enterNames
        /// Builds an index beside the writers, and waits for it.
        case index(String, table: String, definition: String)
        /// Declares embed-star's own fields if, and only if, the repo table refuses fields it does not know.
        case declareFields
    }

    var version: Int
    var steps: [Step]

    /// All of them, in order; the version of the last is the schema's.
    static let all = [
        Migration(
            version: 1,
            steps: [
                .statements(Schema.jobs), .statements(Schema.changes), .statements(Schema.names),
                .statements(Schema.predecessor), .declareFields, .statements(Schema.events), .enterNames,
                .index("repo_embedding_fingerprint", table: "repo", definition: Schema.fingerprintIndex),
            ]
        ),
        Migration(version: 2, steps: [.statements(Schema.events)]),
        Migration(version: 3, steps: [.statements(Schema.idempotency)]),
        Migration(version: 4, steps: [.statements(Schema.events)]),
    ]
}
