import EmbeddingCore
import SurrealDB

/// Reads rows of the repo table as other programs wrote them: a field of another type than expected counts as absent.
enum RepoRow {
    /// What `repo(_:)` reads.
    static let fields = "id, full_name, description, language, stars, url, owner, topics, is_private"

    static func repo(_ row: SurrealValue) -> Repo? {
        guard let fullName = row["full_name"].string, !fullName.isEmpty else { return nil }
        return Repo(
            fullName: fullName,
            owner: owner(row),
            description: row["description"].string,
            language: row["language"].string,
            stars: row["stars"].int ?? 0,
            url: row["url"].string,
            topics: topics(row),
            isPrivate: row["is_private"].bool ?? false
        )
    }

    static func owner(_ row: SurrealValue) -> String? { row["owner"]["login"].string ?? row["owner"].string }

    static func topics(_ row: SurrealValue) -> [String] { (row["topics"].array ?? []).compactMap(\.string) }

    static func id(_ row: SurrealValue) throws(StoreError) -> RepoID {
        guard let id = row["id"].recordID else { throw StoreError(.badResponse, "a row without an id") }
        return RepoID(id)
    }
}

extension RepoID {
    init(_ record: SurrealRecordID) { self.init(encoded: record.encoded) }

    func record() throws(StoreError) -> SurrealRecordID {
        do throws(SurrealError) {
            return try SurrealRecordID(encoded: encoded)
        } catch {
            throw StoreError(error)
        }
    }

    /// The job's key is a list of the repo's own, which can be written without naming a function that differs
    /// between versions of SurrealDB.
    func job() throws(StoreError) -> SurrealValue {
        .recordID(SurrealRecordID(table: "embedding_job", key: .array([try record().key])))
    }
}

extension SurrealValue {
    static func record(_ id: RepoID) throws(StoreError) -> SurrealValue { .recordID(try id.record()) }
}
