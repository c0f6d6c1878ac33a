import EmbeddingCore
import SurrealDB

/// Rows of `embed_star` whose keys begin with `stars/`, which are locks as well.
struct SurrealStarListStore: StarListStore {
    private static let prefix = "stars/"
    private static let lease = Duration.seconds(60)
    private static let batchSize = 1000

    let database: Database
    let owner: String

    private func record(_ user: String) -> SurrealValue {
        .recordID(SurrealRecordID(table: "embed_star", key: .string(Self.prefix + user)))
    }

    private func lock(_ user: String) -> DistributedLock {
        DistributedLock(database: database, name: Self.prefix + user, owner: owner, duration: Self.lease)
    }

    func acquire(_ user: String) async throws(StoreError) -> Bool { try await lock(user).acquire() }

    func release(_ user: String) async throws(StoreError) { try await lock(user).release() }

    func list(of user: String) async throws(StoreError) -> StarList {
        let row = try await database.value(
            "DEFINE TABLE IF NOT EXISTS embed_star SCHEMALESS; SELECT * FROM $record",
            ["record": record(user)]
        )[0]
        return StarList(
            pages: (row["pages"].array ?? []).map(Self.page),
            position: row["position"].count ?? 0,
            listed: Set(Self.numbers(row["listed"])),
            finishedAt: row["finished_at"].count
        )
    }

    func keep(_ list: StarList, of user: String) async throws(StoreError) {
        _ = try await database.run(
            """
            UPDATE $record SET pages = $pages, position = $position, listed = $listed, finished_at = $finished,
              until = time::now() + $lease WHERE owner = $owner RETURN NONE
            """,
            [
                "record": record(user), "owner": .string(owner), "lease": .duration(Self.lease),
                "pages": .array(list.pages.map(Self.value)), "position": SurrealValue(list.position),
                "listed": .array(list.listed.sorted().map { SurrealValue($0) }),
                "finished": list.finishedAt.map { SurrealValue($0) } ?? .none,
            ]
        )
    }

    func delete(_ ids: Set<Int>, listedOnlyBy user: String) async throws(StoreError) -> Int {
        var deleted = 0
        for batch in ids.sorted().batches(count: Self.batchSize, size: { _ in 40 }) {
            let others = try await database.rows(
                """
                SELECT VALUE array::intersect(listed, $ids) FROM type::record("embed_star", $first..$last)
                  WHERE id != $record AND listed != NONE
                """,
                [
                    "ids": .array(batch.map { SurrealValue($0) }), "record": record(user),
                    "first": .string(Self.prefix), "last": .string(Self.prefix + "~"),
                ]
            )
            let gone = Set(batch).subtracting(others.flatMap(Self.numbers))
            let count = try await database.value(
                """
                {
                  LET $rows = (SELECT VALUE repo FROM $identities WHERE repo != NONE);
                  DELETE $rows RETURN NONE;
                  RETURN array::len($rows);
                }
                """,
                ["identities": .array(gone.map { .recordID(RepoIdentities.record($0)) })]
            )
            deleted += count.count ?? 0
        }
        return deleted
    }

    private static func numbers(_ value: SurrealValue) -> [Int] { (value.array ?? []).compactMap(\.int) }

    private static func page(_ value: SurrealValue) -> StarList.Page {
        StarList.Page(
            etag: value["etag"].string,
            ids: numbers(value["ids"]),
            hasNext: value["has_next"].bool ?? false
        )
    }

    private static func value(_ page: StarList.Page) -> SurrealValue {
        [
            "etag": page.etag.map(SurrealValue.string) ?? .none, "ids": .array(page.ids.map { SurrealValue($0) }),
            "has_next": .bool(page.hasNext),
        ]
    }
}
