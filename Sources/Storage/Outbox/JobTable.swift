import EmbeddingCore
import SurrealDB

/// The table `embedding_job`, the outbox: whatever writes or reads it takes its statements from here. A job names its
/// row, of whatever table, in the field `repo`. `due_at` is both when a job is due and until when it is leased; parked
/// jobs are due in the far future.
enum JobTable {
    /// What the field `status` holds.
    enum Status: String {
        case pending, leased, failed, excluded

        var literal: String { "\"\(rawValue)\"" }
    }

    static let definition = """
        DEFINE TABLE IF NOT EXISTS embedding_job SCHEMALESS;
        DEFINE INDEX IF NOT EXISTS embedding_job_due ON embedding_job FIELDS due_at;
        DEFINE INDEX IF NOT EXISTS embedding_job_status ON embedding_job FIELDS status;
        """

    /// When parked jobs are due.
    static let never = "d\"9999-01-01T00:00:00Z\""

    /// The assignments that make a job due, as on its first attempt.
    static let due = "status = \(Status.pending.literal), due_at = time::now(), attempts = 0"

    /// The job of a row. Its key is a list that ends with the row's own, which can be written without naming a function
    /// that differs between versions of SurrealDB; repos' jobs have been there from the first version on, without a
    /// table before the key.
    static func job(of row: String, in table: String) -> String { "embedding_job:\(key(of: row, in: table))" }

    private static func key(of row: String, in table: String) -> String {
        table == "repo" ? "[record::id(\(row))]" : "[\"\(table)\", record::id(\(row))]"
    }

    /// The same as `job(of:in:)`, of a row whose id is known.
    static func job(of row: SurrealRecordID) -> SurrealValue {
        let key: [SurrealValue] = row.table == "repo" ? [row.key] : [.string(row.table), row.key]
        return .recordID(SurrealRecordID(table: "embedding_job", key: .array(key)))
    }

    /// Makes a row due, whatever state its job is in. `gen` counts how often: replicas of version 0.2 fence by it.
    /// - Parameter more: further assignments.
    static func enqueue(_ row: String, in table: String, _ more: String = "") -> String {
        """
        UPSERT \(job(of: row, in: table)) SET repo = \(row), gen = (gen ?? 0) + 1,
          \(due), claim = NONE, error = NONE\(more)
          RETURN NONE;
        """
    }

    /// Makes the rows that `rows` names due, by hand: with `$force`, also if their text has not changed.
    static func enqueueEach(of rows: String, in table: String) -> String {
        """
        FOR $id IN \(rows) {
          \(enqueue("$id", in: table, ", failed_at = NONE, force = $force OR (force ?? false)"))
        };
        """
    }

    static func dequeue(_ row: String, in table: String) -> String { "DELETE \(job(of: row, in: table)) RETURN NONE;" }

    /// Enters jobs for those rows that have none.
    /// - Parameter rows: a variable of objects with the member `id`.
    static func enqueueMissing(_ rows: String, in table: String) -> String {
        """
        INSERT IGNORE INTO embedding_job (SELECT \(key(of: "id", in: table)) AS id, id AS repo, 1 AS gen,
          \(Status.pending.literal) AS status, time::now() AS due_at, 0 AS attempts FROM \(rows)) RETURN VALUE id
        """
    }

    /// One number, or none, as an expression.
    static func count(_ status: Status) -> String {
        "(SELECT count() FROM embedding_job WHERE status = \(status.literal) GROUP ALL)[0].count"
    }
}

extension DocumentID {
    init(_ record: SurrealRecordID) { self.init(encoded: record.encoded) }

    func record() throws(StoreError) -> SurrealRecordID {
        do throws(SurrealError) {
            return try SurrealRecordID(encoded: encoded)
        } catch {
            throw StoreError(error)
        }
    }
}
