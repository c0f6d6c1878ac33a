import EmbeddingCore
import SurrealDB

/// Lets one process at a time do a task. Whoever holds the lock renews it by acquiring it again; it expires by itself
/// when its holder is gone.
struct DistributedLock: Sendable {
    let database: Database
    /// Names the task: a key of the table `embed_star`.
    let name: String
    /// Tells this process from others.
    let owner: String
    let duration: Duration

    private var record: SurrealValue { .recordID(SurrealRecordID(table: "embed_star", key: .string(name))) }

    /// Takes the lock, or renews it. - Returns: whether it is ours.
    func acquire() async throws(StoreError) -> Bool {
        let holder = try await database.value(
            """
            DEFINE TABLE IF NOT EXISTS embed_star SCHEMALESS;
            UPSERT $lease SET owner = $owner, until = time::now() + $duration
              WHERE owner = NONE OR owner = $owner OR until < time::now() RETURN VALUE owner;
            """,
            ["lease": record, "owner": .string(owner), "duration": .duration(duration)]
        )
        return holder[0].string == owner
    }

    func release() async throws(StoreError) {
        _ = try await database.run(
            "UPDATE $lease SET owner = NONE, until = NONE WHERE owner = $owner RETURN NONE",
            ["lease": record, "owner": .string(owner)]
        )
    }
}
