package import EmbeddingCore
package import Logging
package import SurrealDB
package import Telemetry

/// Everything embed-star keeps in SurrealDB.
package struct SurrealStorage: Sendable {
    package let repos: any RepoStore
    package let models: ModelRegister
    package let jobs: any EmbeddingJobQueue
    package let deadLetters: any DeadLetterQueue
    package let search: any SimilaritySearch
    package let feed: any RepoFeed
    package let idempotency: any IdempotencyStore
    package let mapLayouts: any MapLayoutStore
    package let starLists: any StarListStore
    package let export: any RepoExport
    package let vectorIndex: VectorIndex
    let migrator: Migrator
    private let presence: DatabasePresence

    /// - Parameters:
    ///   - owner: tells this process from others that use the database; unique and without secrets.
    ///   - stars: how the star count enters the text of a repo.
    ///   - readsUnattributed: whether claims bring the vectors of rows that name no fingerprint.
    ///   - indexKind: the vector index that is wanted, where the engine has it; nil when nothing is searched through it.
    package init(
        client: SurrealClient,
        owner: String,
        stars: StarsInText = .rounded,
        readsUnattributed: Bool = false,
        indexKind: EngineDialect.VectorIndexKind? = .diskann,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.init(
            client: client,
            owner: owner,
            tables: EmbeddedTables(stars: stars),
            readsUnattributed: readsUnattributed,
            indexKind: indexKind,
            metrics: metrics,
            logger: logger
        )
    }

    init(
        client: SurrealClient,
        owner: String,
        tables: EmbeddedTables,
        readsUnattributed: Bool = false,
        indexKind: EngineDialect.VectorIndexKind? = .diskann,
        metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger
    ) {
        let database = Database(client: client)
        let reader = RowReader(database: database, metrics: metrics, logger: logger)
        let register = ModelRegister(database: database, owner: owner, textForm: tables.textForm)
        let index = VectorIndex(database: database, owner: owner, preferred: indexKind, logger: logger)
        presence = database.presence
        repos = SurrealRepoStore(database: database, reader: reader)
        models = register
        jobs = SurrealJobQueue(
            database: database,
            tables: tables,
            register: register,
            reader: reader,
            index: index,
            readsUnattributed: readsUnattributed
        )
        deadLetters = SurrealDeadLetterQueue(database: database, reader: reader, tables: tables)
        search = SurrealSimilaritySearch(database: database, reader: reader, index: index)
        feed = SurrealRepoFeed(database: database, reader: reader)
        idempotency = SurrealIdempotencyStore(database: database)
        mapLayouts = SurrealMapLayoutStore(database: database)
        starLists = SurrealStarListStore(database: database, owner: owner)
        export = SurrealRepoExport(reader: reader)
        vectorIndex = index
        migrator = Migrator(database: database.unguarded, tables: tables, owner: owner, logger: logger)
    }

    /// Brings the database to the schema of this embed-star; safe while other processes do the same.
    /// - Throws: `StoreError`; `.schema` when the database is of a later version.
    package func migrate() async throws(StoreError) {
        try await migrator.migrate()
        presence.schemaStands()
    }
}
