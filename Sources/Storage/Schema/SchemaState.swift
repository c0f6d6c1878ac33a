import EmbeddingCore
import SurrealDB

/// What the database says of itself: the version of embed-star's schema in it, 0 before the first start, the generation of
/// the engine that the statements stored in it are for, and the tables that are embedded.
struct SchemaState {
    var version: Int
    var generation: Int?
    /// At first there were repos alone.
    var tables = ["repo"]

    /// - Returns: nil when the namespace or the database is missing.
    static func read(_ database: Database, timeout: Duration? = nil) async throws(StoreError) -> SchemaState? {
        do throws(SurrealError) {
            let sql = "SELECT version, engine, tables FROM [embed_star:schema]"
            let row = try await database.attempt(sql, timeout: timeout).last?[0] ?? .none
            var state = SchemaState(version: row["version"].int ?? 0, generation: row["engine"].int)
            if let tables = row["tables"].array { state.tables = tables.compactMap(\.string) }
            return state
        } catch {
            guard error.fault == .noNamespace || error.fault == .noDatabase else { throw StoreError(error) }
            return nil
        }
    }
}
