import SurrealDB

/// The table `repo_identity`: which row a number of GitHub's has, and for numbers without one, when they were last heard
/// of, so that what comes late brings nothing back.
enum RepoIdentities {
    /// How long it is remembered that a repo is gone; GitHub delivers again for three days.
    static let retention = Duration.seconds(30 * 86_400)

    static let definition = """
        DEFINE TABLE IF NOT EXISTS repo_identity SCHEMALESS;
        DEFINE INDEX IF NOT EXISTS repo_identity_expiry ON repo_identity FIELDS expires_at;
        """

    static func record(_ identity: Int) -> SurrealRecordID {
        SurrealRecordID(table: "repo_identity", key: .array([SurrealValue(identity)]))
    }

    static func enter(_ identity: String, _ row: String) -> String {
        "UPSERT \(identity) SET repo = \(row), gone_at = NONE, expires_at = NONE RETURN NONE;"
    }

    /// - Parameter entry: a variable with the members `identity` and `at`.
    static func noteAbsence(_ entry: String) -> String {
        """
        UPSERT \(entry).identity SET repo = NONE, gone_at = \(entry).at, expires_at = time::now() + $retention RETURN NONE;
        """
    }

    /// What the event on `repo` does for rows that other programs write.
    static let upkeep = """
        IF $event = "DELETE" AND $before.github_id != NONE {
          DELETE repo_identity:[$before.github_id] WHERE repo = $before.id RETURN NONE
        };
        IF $event != "DELETE" AND $after.github_id != NONE AND $before.github_id != $after.github_id {
          \(enter("repo_identity:[$after.github_id]", "$after.id"))
        };
        """

    /// When the numbers `$identities` that have no row were last seen.
    static let absences = "SELECT record::id(id) AS key, gone_at FROM $identities WHERE gone_at != NONE"

    static let prune = """
        DELETE (SELECT VALUE id FROM repo_identity WHERE expires_at < time::now() LIMIT 1000)
          WHERE expires_at < time::now() RETURN NONE
        """

    /// Enters one page of rows that were there before the event, and answers where it ended.
    static func enterAll(after cursor: Bool) -> String {
        """
        {
          LET $page = (SELECT id, github_id FROM \(Paging.page(of: "repo", after: cursor)));
          INSERT IGNORE INTO repo_identity (SELECT [github_id] AS id, id AS repo FROM $page WHERE github_id > 0) RETURN NONE;
          RETURN array::last($page).id;
        }
        """
    }
}
