/// What embed-star keeps in the database beside its own tables. The embedded tables belong to whoever fills them: they
/// get an index and an event each, and no restriction.
enum Schema {
    /// The table, if it is not there yet.
    static func definition(_ table: EmbeddedTable) -> String { "DEFINE TABLE IF NOT EXISTS \(table.name) SCHEMALESS;" }

    /// The predecessor's indexes: one of them has an entry for every number of a vector, which makes writing a vector
    /// five times as slow.
    static let predecessor = """
        DEFINE TABLE IF NOT EXISTS repo SCHEMALESS;
        REMOVE INDEX IF EXISTS idx_repo_needs_embedding ON repo;
        REMOVE INDEX IF EXISTS idx_repo_embedding_generated_at ON repo;
        """

    /// What was done under a name that a client gave, until `expires_at`.
    static let idempotency = """
        DEFINE TABLE IF NOT EXISTS idempotency_record SCHEMALESS;
        DEFINE INDEX IF NOT EXISTS idempotency_record_expiry ON idempotency_record FIELDS expires_at;
        """

    /// Finds the rows without a vector of the current model, and counts those with one.
    static func fingerprintIndex(_ table: EmbeddedTable) -> Migration.Step {
        let name = "\(table.name)_embedding_fingerprint"
        return .index(
            name,
            table: table.name,
            definition: """
                DEFINE INDEX IF NOT EXISTS \(name) ON \(table.name) FIELDS embedding_fingerprint CONCURRENTLY;
                """
        )
    }

    /// For a table that refuses unknown fields.
    static func fields(of table: String) -> String {
        """
        DEFINE FIELD IF NOT EXISTS embedding ON \(table) TYPE option<array<number>>;
        DEFINE FIELD IF NOT EXISTS embedding_model ON \(table) TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_fingerprint ON \(table) TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_text_hash ON \(table) TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_generated_at ON \(table) TYPE option<datetime>;
        """
    }

    /// What an event of this version for this generation of the engine is known by: a table whose event lacks it was
    /// made again, or comes from a backup of another version.
    static func mark(_ version: Int, generation: Int) -> String { "embed-star \(version) engine \(generation)" }

    /// One event a table, since each costs time on every write of a row. It asks nothing of the writes that set
    /// `$embedding_completion`: those of `CompletionBatch`, which change nothing else than the embedding. A change while
    /// the job is leased takes the claim away, so that the finish of the older text has no effect.
    static func event(_ table: EmbeddedTable, mark: String) -> String {
        """
        BEGIN;
        REMOVE EVENT IF EXISTS embedding_enqueue ON TABLE \(table.name);
        REMOVE EVENT IF EXISTS embedding_dequeue ON TABLE \(table.name);
        REMOVE EVENT IF EXISTS repo_name ON TABLE \(table.name);
        DEFINE EVENT OVERWRITE embedding ON TABLE \(table.name)
          WHEN $embedding_completion = NONE AND ($event != "UPDATE" OR \(differs(table.watched + table.listed)))
          THEN {
            IF $event = "DELETE" {
              \(JobTable.dequeue("$before.id", in: table.name))
              \(ChangeLog.enter("$before.id", kind: "$event", ", old_fingerprint = $before.embedding_fingerprint"))
            } ELSE {
              IF $event != "UPDATE" OR \(differs(table.watched)) {
                \(JobTable.enqueue("$after.id", in: table.name))
              };
              \(ChangeLog.enter("$after.id", kind: "$event"))
            };
            \(table.upkeep)
          }
          COMMENT "\(mark)";
        COMMIT;
        """
    }

    /// Whether one of the fields changed, or the embedding was taken away. They are read out of the row at once: the
    /// engine copies a whole row, vector and all, each time that `$before` or `$after` is named.
    private static func differs(_ fields: [String]) -> String {
        let source = "{ \(fields.joined(separator: ", ")) }"
        return "$before.\(source) != $after.\(source) OR ($after.embedding = NONE AND $before.embedding != NONE)"
    }
}
