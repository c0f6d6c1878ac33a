import EmbeddingCore

/// One step from a version of the schema to the next. It may run again after a crash in its middle.
struct Migration: Sendable {
    enum Step: Sendable {
        case statements(String)
        /// Walks through the rows that are there, page by page, with one statement for the first page and one for those
        /// after the variable `after`; each answers the id it ended with.
        case walk(first: String, next: String)
        /// Builds an index beside the writers, and waits for it.
        case index(String, table: String, definition: String)
        /// Declares embed-star's own fields if, and only if, the table refuses fields it does not know.
        case declareFields(table: String)
    }

    var version: Int
    var steps: [Step]

    /// All of them, in order; the version of the last is the schema's, and that of the events on the tables.
    static let all = [
        Migration(
            version: 1,
            steps: [
                .statements(JobTable.definition), .statements(ChangeLog.definition), .statements(RepoNames.definition),
                .statements(Schema.predecessor),
            ]
        ),
        Migration(version: 3, steps: [.statements(Schema.idempotency)]),
        Migration(version: 5, steps: [.statements(RepoIdentities.definition)]),
        Migration(version: 6, steps: []),
    ]

    /// embed-star's own tables, without which nothing can be written.
    static let ownTables = ["embedding_job", "embedding_change", "repo_name", "repo_identity", "idempotency_record"]

    /// What an embedded table needs. The event comes before the walks, so that no row falls between.
    static func installation(of table: EmbeddedTable, mark: String) -> [Step] {
        [
            .statements(Schema.definition(table)), .declareFields(table: table.name),
            .statements(Schema.event(table, mark: mark)),
        ] + table.walks + [Schema.fingerprintIndex(table)]
    }
}
