/// Jobs that are parked: dead letters, and private documents that no outside provider may see.
extension JobTable {
    static let resumeExcluded = resume(.excluded, "")

    static let retryFailed = resume(.failed, ", error = NONE, failed_at = NONE")

    private static func resume(_ status: Status, _ more: String) -> String {
        """
        UPDATE (SELECT VALUE id FROM embedding_job WHERE status = \(status.literal))
          SET status = \(Status.pending.literal), due_at = time::now(), attempts = 0\(more)
          WHERE status = \(status.literal) RETURN VALUE gen
        """
    }

    /// A page of dead letters with what their rows are called.
    /// - Parameter privacy: fields of which none may be true, unless all dead letters are asked for.
    static func failed(after cursor: Bool, labels: String, excluding privacy: [String]) -> String {
        let conditions =
            ["status = \(Status.failed.literal)"] + (cursor ? ["id > $after"] : [])
            + privacy.map { "repo.\($0) != true" }
        return """
            SELECT id, attempts, error, failed_at, repo.{ \(labels) } AS row FROM embedding_job
              WHERE \(conditions.joined(separator: " AND ")) LIMIT $limit
            """
    }
}
