import EmbeddingCore
import SurrealDB

/// What the database says of itself, and what of it is there.
struct SchemaState {
    /// Of embed-star's schema; 0 before the first start.
    var version: Int
    /// The tables that have all that they need.
    private(set) var installed: [String]
    /// The tables whose event is there, and as this embed-star makes it.
    private(set) var watched: Set<String>
    /// The tables of the database.
    private var present: Set<String>

    static let latest = Migration.all.last?.version ?? 0

    /// - Returns: nil when the namespace or the database is missing.
    static func read(
        _ database: Database,
        _ tables: EmbeddedTables = EmbeddedTables(),
        timeout: Duration? = nil
    ) async throws(StoreError) -> SchemaState? {
        let infos = tables.all.map { "INFO FOR TABLE \($0.name);" }.joined()
        let sql = "SELECT version, tables FROM [embed_star:schema]; INFO FOR DB; \(infos)"
        let results: [SurrealValue]
        let mark: String
        do throws(SurrealError) {
            mark = try await self.mark(database)
            results = try await database.attempt(sql, timeout: timeout)
        } catch {
            guard error.fault == .noNamespace || error.fault == .noDatabase else { throw StoreError(error) }
            return nil
        }
        guard results.count == 2 + tables.all.count else {
            throw StoreError(.badResponse, "the database did not list its tables")
        }
        return SchemaState(results, tables, mark)
    }

    /// What the events are known by that this embed-star makes there.
    static func mark(_ database: Database) async throws(SurrealError) -> String {
        Schema.mark(latest, generation: try await database.client.dialect().generation)
    }

    private init(_ results: [SurrealValue], _ tables: EmbeddedTables, _ mark: String) {
        let row = results[0][0]
        version = row["version"].int ?? 0
        // At first there were repos alone.
        let known = (row["tables"].array ?? []).compactMap(\.string)
        installed = known.isEmpty && version > 0 ? ["repo"] : known
        present = Set((results[1]["tables"].object ?? [:]).keys)
        watched = Set(
            zip(tables.all, results.dropFirst(2)).compactMap { table, info in
                info["events"]["embedding"].string?.contains(mark) == true ? table.name : nil
            }
        )
    }

    /// Those of embed-star's own tables that are not there.
    var missing: [String] { version == 0 ? [] : Migration.ownTables.filter { !present.contains($0) } }

    /// The tables of which changes are not noticed, or whose installation was cut short.
    func lost(of tables: EmbeddedTables) -> [EmbeddedTable] {
        tables.all.filter { !missing.isEmpty || !installed.contains($0.name) || !watched.contains($0.name) }
    }

    /// Why nothing should be written; nil when all is as it should be.
    func fault(of tables: EmbeddedTables) -> String? {
        if version == 0 { return "the schema is not in place yet" }
        if version != Self.latest { return "the database is of schema version \(version), not \(Self.latest)" }
        if let table = missing.first { return "the table \(table) is gone" }
        return lost(of: tables).first.map {
            "the table \($0.name) has lost its event: changes of its rows go unnoticed"
        }
    }
}
