import EmbeddingCore

extension EmbeddedTable {
    /// GitHub's repositories.
    static func repos(stars: StarsInText = .rounded) -> EmbeddedTable {
        EmbeddedTable(
            name: "repo",
            fields: ["full_name", "description", "language", "topics", "stars", "is_private", "owner"],
            watched: [
                "full_name", "description", "language", "topics", "stars", "is_private", "login: owner.login",
            ],
            listed: ["is_archived", "is_fork", "updated_at", "url"],
            label: "full_name",
            privacy: "is_private",
            upkeep: RepoNames.upkeep + "\n" + RepoIdentities.upkeep,
            walks: [
                .walk(first: RepoNames.enter(after: false), next: RepoNames.enter(after: true)),
                .walk(first: RepoIdentities.enterAll(after: false), next: RepoIdentities.enterAll(after: true)),
            ],
            text: { row in RepoRow.repo(row)?.text(stars: stars) ?? "" }
        )
    }
}
