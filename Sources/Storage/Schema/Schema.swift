/// The tables and events that embed-star keeps in the database. `repo` itself belongs to whoever fills it: it gets an
/// index and events, and no restriction.
enum Schema {
    /// What a repo's embedding is made of and who may see it. Read out of the row at once: the engine copies a whole
    /// row, vector and all, each time that `$before` or `$after` is named.
    private static let source = "{ full_name, description, language, topics, stars, is_private, login: owner.login }"

    /// What changes what a repo's embedding is made of, or took the embedding away.
    private static let concernsEmbedding = """
        $before.\(source) != $after.\(source) OR ($after.embedding = NONE AND $before.embedding != NONE)
        """

    /// The table's name for a repo, as GitHub compares names.
    private static func name(of row: String) -> String { "string::lowercase(<string> (\(row).full_name ?? \"\"))" }

    /// The queue. `due_at` is both when a job is due and until when it is leased; parked jobs are due in the far
    /// future. `status` is `pending`, `leased`, `failed` or `excluded`.
    static let jobs = """
        DEFINE TABLE IF NOT EXISTS repo SCHEMALESS;
        DEFINE TABLE IF NOT EXISTS embedding_job SCHEMALESS;
        DEFINE INDEX IF NOT EXISTS embedding_job_due ON embedding_job FIELDS due_at;
        DEFINE INDEX IF NOT EXISTS embedding_job_status ON embedding_job FIELDS status;
        """

    /// The predecessor's indexes: one of them has an entry for every number of a vector, which makes writing a vector
    /// five times as slow.
    static let predecessor = """
        REMOVE INDEX IF EXISTS idx_repo_needs_embedding ON repo;
        REMOVE INDEX IF EXISTS idx_repo_embedding_generated_at ON repo;
        """

    /// The log that followers of the repo table read, in the order of its ids.
    static let changes = "DEFINE TABLE IF NOT EXISTS embedding_change SCHEMALESS;"

    /// Where a repo is whose record id is not its name in lower case.
    static let names = "DEFINE TABLE IF NOT EXISTS repo_name SCHEMALESS;"

    /// What was done under a name that a client gave, until `expires_at`.
    static let idempotency = """
        DEFINE TABLE IF NOT EXISTS idempotency_record SCHEMALESS;
        DEFINE INDEX IF NOT EXISTS idempotency_record_expiry ON idempotency_record FIELDS expires_at;
        """

    /// Finds the rows without a vector of the current model, and counts those with one.
    static let fingerprintIndex = """
        DEFINE INDEX IF NOT EXISTS repo_embedding_fingerprint ON repo FIELDS embedding_fingerprint CONCURRENTLY;
        """

    /// For a repo table that refuses unknown fields.
    static let fields = """
        DEFINE FIELD IF NOT EXISTS embedding ON repo TYPE option<array<number>>;
        DEFINE FIELD IF NOT EXISTS embedding_model ON repo TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_fingerprint ON repo TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_text_hash ON repo TYPE option<string>;
        DEFINE FIELD IF NOT EXISTS embedding_generated_at ON repo TYPE option<datetime>;
        """

    /// One event, since each costs time on every write of a row. It asks nothing of the writes that set
    /// `$embedding_completion`: those of `CompletionBatch`, which change nothing else than the embedding. A change while
    /// the job is leased takes the claim away, so that the finish of the older text has no effect.
    static let events = """
        BEGIN;
        REMOVE EVENT IF EXISTS embedding_enqueue ON TABLE repo;
        REMOVE EVENT IF EXISTS embedding_dequeue ON TABLE repo;
        REMOVE EVENT IF EXISTS repo_name ON TABLE repo;
        DEFINE EVENT OVERWRITE embedding ON TABLE repo
          WHEN $embedding_completion = NONE AND ($event != "UPDATE" OR \(concernsEmbedding))
          THEN {
            IF $event = "DELETE" {
              DELETE embedding_job:[record::id($before.id)] RETURN NONE;
              CREATE embedding_change:ulid() SET repo = $before.id, kind = $event,
                old_fingerprint = $before.embedding_fingerprint RETURN NONE;
            } ELSE {
              UPSERT embedding_job:[record::id($after.id)] SET repo = $after.id, gen = (gen ?? 0) + 1,
                status = "pending", due_at = time::now(), attempts = 0, claim = NONE, error = NONE RETURN NONE;
              CREATE embedding_change:ulid() SET repo = $after.id, kind = $event RETURN NONE;
            };
            IF $event != "CREATE" AND $before.full_name != $after.full_name {
              DELETE repo_name:[\(name(of: "$before"))] WHERE repo = $before.id RETURN NONE
            };
            IF $event != "DELETE" AND $before.full_name != $after.full_name
              AND record::id($after.id) != \(name(of: "$after")) {
              UPSERT repo_name:[\(name(of: "$after"))] SET repo = $after.id RETURN NONE
            };
          };
        COMMIT;
        """

    /// Enters one page of rows that were there before the events, and answers where it ended.
    static func enterNames(after cursor: Bool) -> String {
        """
        {
          LET $page = (SELECT id, full_name FROM \(cursor ? "type::thing('repo', $after>..)" : "repo") LIMIT $limit);
          INSERT IGNORE INTO repo_name (SELECT [\(name(of: "$this"))] AS id, id AS repo FROM $page
            WHERE full_name != NONE AND record::id(id) != \(name(of: "$this"))) RETURN NONE;
          RETURN array::last($page).id;
        }
        """
    }
}
