/// Claims: taking due jobs, keeping them, and giving up what cannot be worked on.
extension JobTable {
    /// Leases due jobs and reads their rows. ORDER BY would read all due jobs; the index gives the oldest first without.
    /// Reading the rows by themselves is several times faster than through the jobs' links.
    /// - Parameter fields: what of the rows is read; nil for no rows.
    static func claim(_ fields: String?) -> String {
        """
        {
          LET $now = time::now();
          LET $jobs = (UPDATE (SELECT VALUE id FROM embedding_job WHERE due_at > $since AND due_at <= $now LIMIT $limit)
            SET claim = $claim, attempts += 1, status = \(Status.leased.literal), due_at = time::now() + $lease
            WHERE due_at <= time::now() RETURN id, attempts, force, repo);
          RETURN { at: $now, jobs: $jobs, rows: \(fields.map { "(SELECT \($0) FROM $jobs.repo)" } ?? "[]") };
        }
        """
    }

    /// What a claim reads of a row.
    /// - Parameter fields: what the documents are made of.
    static func rowFields(_ fields: String) -> String {
        """
        \(fields), embedding_fingerprint, embedding_text_hash,
          embedding_model, IF $unattributed AND embedding_fingerprint = NONE AND embedding_model != NONE
            AND (updated_at = NONE OR embedding_generated_at >= updated_at) { embedding } AS unattributed
        """
    }

    /// What a claim holds already whose answer could not be read.
    static let held = """
        SELECT id, attempts, force, repo FROM embedding_job WITH INDEX embedding_job_status
          WHERE status = \(Status.leased.literal) AND claim = $claim
        """

    static let renew = "UPDATE $jobs SET due_at = time::now() + $lease WHERE claim = $claim RETURN NONE"

    /// Ends the jobs of rows that are gone, and parks those of rows that nobody can name, or read: those in `$unreadable`.
    /// - Parameter label: the fields that a row is known by.
    static func park(_ label: String) -> String {
        """
        DELETE $jobs WHERE claim = $claim AND repo.id = NONE RETURN NONE;
        UPDATE $jobs SET status = \(Status.failed.literal), claim = NONE, due_at = \(never), failed_at = time::now(),
          parked_for = IF $unreadable CONTAINS repo { NONE } ELSE { "" },
          error = IF $unreadable CONTAINS repo { "the row cannot be read" } ELSE { "the row has no \(label)" } WHERE claim = $claim RETURN NONE;
        """
    }

    /// Makes due at once what is dated beyond `$lease` and `$delay`, some at a time.
    static let bringForward = """
        UPDATE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_status
            WHERE status = \(Status.leased.literal) AND due_at > time::now() + $lease LIMIT $limit)
          SET due_at = time::now(), status = \(Status.pending.literal), claim = NONE RETURN NONE;
        UPDATE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_due
            WHERE due_at > time::now() + $delay AND due_at < \(never) LIMIT $limit)
          SET due_at = time::now(), status = \(Status.pending.literal), claim = NONE RETURN NONE;
        """
}
