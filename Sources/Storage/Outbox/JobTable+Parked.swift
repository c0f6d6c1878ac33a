import EmbeddingCore

/// Jobs that are parked: dead letters, and private documents that no outside provider may see.
extension JobTable {
    /// What the field `parked_for` of a parked job holds: what of its row decided that. A row that says otherwise was
    /// replaced by somebody whose write the event on the table did not see. Empty for a row that nobody can name,
    /// none for one that cannot be read, and in jobs that version 0.2.0 parked.
    static func parkedFor(_ document: Document?) -> String {
        document.map { $0.textHash + ($0.isPrivate ? " private" : "") } ?? ""
    }

    /// Those of `$jobs` that are parked, and for what.
    static let parked = "SELECT id, parked_for FROM $jobs WHERE parked_for != NONE"

    /// Makes those of `$jobs` due that are parked still.
    static let resumeParked = """
        UPDATE $jobs SET \(due), error = NONE, failed_at = NONE, parked_for = NONE
          WHERE status IN [\(Status.failed.literal), \(Status.excluded.literal)] RETURN VALUE id
        """

    static let resumeExcluded = resume(.excluded, "", excluding: [])

    /// - Parameter privacy: fields of which none may be true.
    static func retryFailed(excluding privacy: [String]) -> String {
        resume(.failed, ", error = NONE, failed_at = NONE", excluding: privacy)
    }

    /// Parked jobs of rows that went without anybody having been told.
    static let forgetOrphans = """
        DELETE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_status
          WHERE status = \(Status.failed.literal) AND repo.id = NONE LIMIT 1000) RETURN NONE;
        DELETE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_status
          WHERE status = \(Status.excluded.literal) AND repo.id = NONE LIMIT 1000) RETURN NONE;
        """

    private static func resume(_ status: Status, _ more: String, excluding privacy: [String]) -> String {
        """
        UPDATE (SELECT VALUE id FROM embedding_job WHERE
            \((["status = \(status.literal)"] + privacy.map { "repo.\($0) != true" }).joined(separator: " AND ")))
          SET \(due)\(more)
          WHERE status = \(status.literal) RETURN VALUE status
        """
    }

    /// What a dead letter's job tells.
    static let letterFields = "id, attempts, error, failed_at"

    /// A page of dead letters.
    /// - Parameter privacy: fields of which none may be true, unless all dead letters are asked for.
    static func failed(_ fields: String, after cursor: Bool, excluding privacy: [String]) -> String {
        let conditions =
            ["status = \(Status.failed.literal)"] + (cursor ? ["id > $after"] : [])
            + privacy.map { "repo.\($0) != true" }
        return """
            SELECT \(fields) FROM embedding_job
              WHERE \(conditions.joined(separator: " AND ")) LIMIT $limit
            """
    }
}
