import DateTime
import EmbeddingCore
import SurrealDB

/// Reads rows of the repo table as other programs wrote them: a field of another type than expected counts as absent.
enum RepoRow {
    /// What `repo(_:)` reads.
    static let fields = """
        id, full_name, description, language, stars, url, owner, topics, is_private, is_archived, is_fork, updated_at
        """

    /// What a row is known by: of one that is odd, all that is read.
    static let essentials = "id, full_name, is_private, github_id, updated_at, embedding_fingerprint"

    static func repo(_ row: SurrealValue) -> Repo? {
        guard let fullName = row["full_name"].string, !fullName.isEmpty else { return nil }
        return Repo(
            fullName: fullName,
            owner: owner(row),
            description: row["description"].string,
            language: row["language"].string,
            stars: stars(row),
            url: row["url"].string,
            topics: topics(row),
            isPrivate: row["is_private"].bool ?? false,
            isArchived: row["is_archived"].bool ?? false,
            isFork: row["is_fork"].bool ?? false,
            updatedAt: Timestamp(row["updated_at"])
        )
    }

    /// Other programs may write any number; nothing has more stars than there are people.
    static func stars(_ row: SurrealValue) -> Int { min(max(0, row["stars"].int ?? 0), 10_000_000_000) }

    static func owner(_ row: SurrealValue) -> String? { row["owner"]["login"].string ?? row["owner"].string }

    static func topics(_ row: SurrealValue) -> [String] { (row["topics"].array ?? []).compactMap(\.string) }

    static func id(_ row: SurrealValue) throws(StoreError) -> DocumentID {
        guard let id = row["id"].recordID else { throw StoreError(.badResponse, "a row without an id") }
        return DocumentID(id)
    }
}
