import EmbeddingCore
import Storage

/// The health of search: how vectors are compared now, and what faster way is coming.
extension ComponentHealth {
    /// - Parameter isLoaded: whether all vectors are in memory.
    static func ofMemory(isLoaded: Bool) -> ComponentHealth {
        ComponentHealth(.ok, isLoaded ? "exact, in memory" : "exact, in the database until memory is loaded")
    }

    /// - Parameter minimum: embedded repos from which on there is an index.
    static func ofIndex(_ state: VectorIndex.State, embedded: Int, minimum: Int) -> ComponentHealth {
        switch state {
        case .ready: ComponentHealth(.ok, "the index is ready")
        case .building: ComponentHealth(.ok, "exact, the index is being built")
        case .absent where embedded < minimum: ComponentHealth(.ok, "exact, no index below \(minimum) repos")
        case .absent: ComponentHealth(.ok, "exact, the index is built after the backlog")
        case .failed: ComponentHealth(.degraded, "exact, the index could not be built; the log says why")
        }
    }
}
