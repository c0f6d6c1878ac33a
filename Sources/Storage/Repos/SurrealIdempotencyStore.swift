import EmbeddingCore
import SurrealDB

/// The table `idempotency_record`: a row for each name, which goes some time after it has expired.
struct SurrealIdempotencyStore: IdempotencyStore {
    let database: Database

    /// Rows that have expired and are removed for each one that comes, so that the table does not grow.
    private static let sweep = 10

    private func record(_ name: String) -> SurrealValue {
        .recordID(SurrealRecordID(table: "idempotency_record", key: .array([.string(name)])))
    }

    func begin(_ name: String, payload: String, lease: Duration) async throws(StoreError) -> IdempotencyRecord? {
        let known = try await database.value(
            """
            DELETE (SELECT VALUE id FROM idempotency_record WHERE expires_at <= time::now() LIMIT \(Self.sweep))
              WHERE expires_at <= time::now() RETURN NONE;
            {
              LET $known = (SELECT payload, answer FROM $record WHERE expires_at > time::now());
              IF array::len($known) = 0 {
                UPSERT $record CONTENT { payload: $payload, expires_at: time::now() + $lease } RETURN NONE;
              };
              RETURN $known;
            }
            """,
            ["record": record(name), "payload": .string(payload), "lease": .duration(lease)]
        )[0]
        guard let payload = known["payload"].string else { return nil }
        return IdempotencyRecord(payload: payload, answer: known["answer"].string)
    }

    func finish(_ name: String, answer: String, retention: Duration) async throws(StoreError) {
        _ = try await database.run(
            "UPDATE $record SET answer = $answer, expires_at = time::now() + $retention RETURN NONE",
            ["record": record(name), "answer": .string(answer), "retention": .duration(retention)]
        )
    }

    func abandon(_ name: String) async throws(StoreError) {
        _ = try await database.run("DELETE $record RETURN NONE", ["record": record(name)])
    }
}
