package import EmbeddingCore
import SurrealDB

extension SurrealStorage {
    /// The version of the database's schema, 0 before the first start, and the one that this embed-star wants.
    /// - Throws: `StoreError`; `.schema` when the database is of a later version.
    package func schemaVersion() async throws(StoreError) -> (found: Int, wanted: Int) {
        (try await migrator.version(), migrator.latest)
    }

    /// What of the schema is not as it should be; nil when all is.
    package func schemaFault() async throws(StoreError) -> String? {
        try await SchemaState.read(migrator.database, migrator.tables)?.fault(of: migrator.tables)
    }

    /// What the server calls itself, `surrealdb-2.3.10` say.
    package func serverVersion() async throws(StoreError) -> String {
        do { return try await migrator.database.client.version() } catch { throw StoreError(error) }
    }

    /// The server's clock, in seconds since 1970.
    package func serverTime() async throws(StoreError) -> Double {
        let answer = try await migrator.database.value("RETURN time::now()", timeout: .seconds(5))
        guard case .datetime(seconds: let seconds, nanoseconds: let nanoseconds) = answer else {
            throw StoreError(.badResponse, "the database did not return its time")
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

    /// Whether the user may define tables and write to them. What is tried is undone by an error.
    package func mayWrite() async throws(StoreError) -> Bool {
        do throws(SurrealError) {
            _ = try await migrator.database.attempt(
                "{ DEFINE TABLE embed_star_trial SCHEMALESS; CREATE embed_star_trial:1; THROW \"undone\" }",
                timeout: .seconds(5)
            )
        } catch {
            switch error.fault {
            case .denied: return false
            // What is missing is made at the start, by whoever may.
            case .other, .noNamespace, .noDatabase: break
            default: throw StoreError(error)
            }
        }
        return true
    }

    /// What became of the vector index.
    package enum VectorIndexCondition: Sendable, Hashable {
        case none, ready, building
        /// It was defined over nothing, and no vector was found through it yet.
        case begun
        /// Nobody builds it any more.
        case abandoned
        /// It is said to be ready and is not there.
        case missing
        case failed(String)
    }

    package func vectorIndexCondition() async throws(StoreError) -> VectorIndexCondition {
        let found = try await migrator.database.value(
            """
            RETURN {
              record: (SELECT * FROM [embed_star:vector_index])[0],
              isHeld: (SELECT VALUE until != NONE AND until > time::now() FROM [embed_star:vector_index_lease])[0]
            }
            """
        )
        guard let record = VectorIndexRecord(found["record"]) else { return .none }
        let isThere = try await !migrator.database.value("INFO FOR TABLE repo")["indexes"][record.name].isNil
        switch record.phase {
        case .ready: return isThere ? .ready : .missing
        case .building where isThere && record.rows == 0: return .begun
        case .building: return found["isHeld"].bool == true ? .building : .abandoned
        case .dropping: return .abandoned
        case .failed: return .failed(found["record"]["error"].string ?? "the log says why")
        }
    }
}
