extension EngineDialect {
    /// SurrealDB 3, from the release in which each request to `/rpc` has a session of its own.
    static let engine3 = EngineDialect(
        generation: 3,
        since: EngineVersion(3, 1),
        fault: "in which requests to /rpc share a session, so that a statement can run as another user or in another "
            + "database (GHSA-4vgr-h27g-cf9p)",
        spellings: [],
        vectorIndexKinds: [.diskann, .hnsw],
        definesIndexesInPlace: true,
        writesVectorsBesideIndex: true,
        writesInParallel: true
    )
}
