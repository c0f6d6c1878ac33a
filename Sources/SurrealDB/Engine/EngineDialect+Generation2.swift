extension EngineDialect {
    /// SurrealDB 2, from the oldest release that was tried.
    static let engine2 = EngineDialect(
        generation: 2,
        since: EngineVersion(2, 3),
        fault: nil,
        spellings: [
            Spelling(newest: "type::record(", own: "type::thing("),
            Spelling(newest: "type::is_array(", own: "type::is::array("),
            Spelling(newest: "type::is_string(", own: "type::is::string("),
            // What it takes for a time in any other form it does not convert.
            Spelling(
                newest: "string::is_datetime(updated_at)",
                own: "(string::is::datetime(updated_at, '%+') AND string::contains(updated_at, 'T'))"
            ),
        ],
        vectorIndexKinds: [.hnsw],
        definesIndexesInPlace: false,
        writesVectorsBesideIndex: false,
        writesInParallel: false
    )
}
