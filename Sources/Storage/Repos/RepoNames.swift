/// The table `repo_name`: where a repo is whose record id is not its name in lower case.
enum RepoNames {
    static let definition = "DEFINE TABLE IF NOT EXISTS repo_name SCHEMALESS;"

    /// The table's name for a repo, as GitHub compares names.
    private static func name(of row: String) -> String { "string::lowercase(<string> (\(row).full_name ?? \"\"))" }

    /// What the event on `repo` does to keep it.
    static let upkeep = """
        IF $event != "CREATE" AND $before.full_name != $after.full_name {
          DELETE repo_name:[\(name(of: "$before"))] WHERE repo = $before.id RETURN NONE
        };
        IF $event != "DELETE" AND $before.full_name != $after.full_name
          AND record::id($after.id) != \(name(of: "$after")) {
          UPSERT repo_name:[\(name(of: "$after"))] SET repo = $after.id RETURN NONE
        };
        """

    /// Enters one page of rows that were there before the event, and answers where it ended.
    static func enter(after cursor: Bool) -> String {
        """
        {
          LET $page = (SELECT id, full_name FROM \(Paging.page(of: "repo", after: cursor)));
          INSERT IGNORE INTO repo_name (SELECT [\(name(of: "$this"))] AS id, id AS repo FROM $page
            WHERE full_name != NONE AND record::id(id) != \(name(of: "$this"))) RETURN NONE;
          RETURN array::last($page).id;
        }
        """
    }
}
