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

    /// All of them, in order; the version of the last is the schema's.
    static func all(_ tables: EmbeddedTables) -> [Migration] {
        [
            Migration(
                version: 1,
                steps: [
                    .statements(Schema.definitions(tables)), .statements(JobTable.definition),
                    .statements(ChangeLog.definition), .statements(RepoNames.definition),
                    .statements(Schema.predecessor), .declareFields(table: "repo"), .statements(Schema.events(tables)),
                    .walk(first: RepoNames.enter(after: false), next: RepoNames.enter(after: true)),
                    Schema.fingerprintIndex(.repos()),
                ]
            ),
            Migration(version: 2, steps: [.statements(Schema.events(tables))]),
            Migration(version: 3, steps: [.statements(Schema.idempotency)]),
            Migration(version: 4, steps: [.statements(Schema.events(tables))]),
            Migration(
                version: 5,
                steps: [
                    .statements(RepoIdentities.definition), .statements(Schema.events(tables)),
                    .walk(first: RepoIdentities.enterAll(after: false), next: RepoIdentities.enterAll(after: true)),
                ]
            ),
        ]
    }

    /// What a database needs for tables that came to be embedded after it was made.
    static func steps(toAdd added: [EmbeddedTable], to tables: EmbeddedTables) -> [Step] {
        guard !added.isEmpty else { return [] }
        return [.statements(Schema.definitions(tables))] + added.map { .declareFields(table: $0.name) }
            + [.statements(Schema.events(tables))] + added.map(Schema.fingerprintIndex)
    }
}
