import EmbeddingCore
import SurrealDB

/// The row `embed_star:map`: the last map's layout in one value, some hundred kilobytes.
struct SurrealMapLayoutStore: MapLayoutStore {
    let database: Database

    func load() async throws(StoreError) -> MapLayout? {
        let rows = try await database.value("SELECT VALUE layout FROM embed_star:map")
        return rows[0].bytes.flatMap { MapLayout(encoded: $0) }
    }

    func save(_ layout: MapLayout) async throws(StoreError) {
        _ = try await database.run(
            "UPSERT embed_star:map SET layout = $layout RETURN NONE",
            ["layout": .bytes(layout.encoded)]
        )
    }
}
