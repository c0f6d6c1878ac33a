package import EmbeddingCore
package import Settings
package import SurrealDB

/// What is made of the rows, and what is done with what the database holds already.
package enum StorageSettings {
    package static let keepExistingVectors = Setting.boolean(
        "KEEP_EXISTING_VECTORS",
        false,
        "keep the vectors that `embed_star` made with a model of the same name and dimensions"
    )
    package static let vectorIndex = Setting.choice(
        "VECTOR_INDEX",
        EngineDialect.VectorIndexKind.diskann,
        "the database's index of vectors: `diskann` or `hnsw`; SurrealDB 2 has `hnsw` alone"
    )
    package static let embedStars = Setting.choice(
        "EMBED_STARS",
        StarsInText.rounded,
        "star count in the text: `rounded` to two digits, `exact`, `none`"
    )

    /// In the order people read them.
    package static let ofRows: [any AnySetting] = [embedStars, keepExistingVectors]
    package static let ofSearch: [any AnySetting] = [vectorIndex]
}
