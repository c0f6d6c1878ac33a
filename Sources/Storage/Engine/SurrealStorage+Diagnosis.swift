package import EmbeddingCore
import SurrealDB

extension SurrealStorage {
    /// The version of the database's schema, 0 before the first start, and the one that this embed-star wants.
    /// - Throws: `StoreError`; `.schema` when the database is of a later version.
    package func schemaVersion() async throws(StoreError) -> (found: Int, wanted: Int) {
        (try await migrator.version(), migrator.latest)
    }

    /// What the server calls itself, `surrealdb-2.3.10` say.
    package func serverVersion() async throws(StoreError) -> String {
        do { return try await migrator.database.client.version() } catch { throw StoreError(error) }
    }

    /// The server's clock, in seconds since 1970.
    package func serverTime() async throws(StoreError) -> Double {
        let answer = try await migrator.database.value("RETURN time::now()", timeout: .seconds(5))
        guard case .datetime(seconds: let seconds, nanoseconds: let nanoseconds) = answer else {
            throw StoreError(.badResponse, "the database does not tell its time")
        }
        return Double(seconds) + Double(nanoseconds) * 1e-9
    }

    /// The fingerprint of a model that is not `model` and of which a vector is stored; nil when there is none.
    package func otherFingerprint(than model: EmbeddingModel) async throws(StoreError) -> String? {
        let rows = try await migrator.database.rows(
            "SELECT embedding_fingerprint FROM repo "
                + "WHERE embedding_fingerprint != NONE AND embedding_fingerprint != $own LIMIT 1",
            ["own": .string(model.fingerprint)]
        )
        return rows.first?["embedding_fingerprint"].string
    }
}
