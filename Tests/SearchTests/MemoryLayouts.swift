import EmbeddingCore
import Synchronization

/// Keeps the last map's layout in memory.
final class MemoryLayouts: MapLayoutStore {
    private let kept = Mutex<MapLayout?>(nil)

    func load() async throws(StoreError) -> MapLayout? { kept.withLock(\.self) }

    func save(_ layout: MapLayout) async throws(StoreError) { kept.withLock { $0 = layout } }
}
