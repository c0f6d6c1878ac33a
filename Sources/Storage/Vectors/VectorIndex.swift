package import EmbeddingCore
import Logging
import SurrealDB
import Synchronization

/// The life of the HNSW index on `repo.embedding`. SurrealDB aborts when a new, empty HNSW index is written and read
/// in parallel, answers nonsense from one that is not ready, and writes vectors an order of magnitude slower beside
/// one. So it is made by one process, over rows that are embedded already, once the backlog is small; nothing reads
/// it until the database says it is ready; and it goes when the model changes or a large backlog comes.
package final class VectorIndex: Sendable {
    /// What searches use now.
    package enum State: String, Sendable, CaseIterable {
        case absent, building, ready, failed
    }

    private struct Known {
        var record: VectorIndexRecord?
        var failedAt: ContinuousClock.Instant?
        var watch = IndexBuildWatch(startedHere: false)
        /// Since when nothing has stood against making the index.
        var wantedSince: ContinuousClock.Instant?
    }

    private let database: Database
    private let lease: DistributedLock
    private let logger: Logger
    /// Embedded repos from which on there is an index.
    package let minimum: Int
    private let calm: Duration
    private let known = Mutex(Known())

    static let name = "repo_embedding"
    private static let retryInterval = Duration.seconds(600)
    private static let record = "embed_star:vector_index"

    /// - Parameters:
    ///   - minimum: embedded repos from which on there is an index.
    ///   - calm: how long the backlog has to have been small before it is made: building takes all the database has
    ///     to give, and whoever writes a few pages of repos pauses between them.
    init(
        database: Database,
        owner: String,
        logger: Logger,
        minimum: Int = 2000,
        calm: Duration = .seconds(10)
    ) {
        self.database = database
        self.logger = logger
        self.minimum = minimum
        self.calm = calm
        lease = DistributedLock(database: database, name: "vector_index_lease", owner: owner, duration: .seconds(60))
    }

    /// As last seen, without a call.
    package var state: State {
        guard let record = known.withLock(\.record) else { return .absent }
        switch record.phase {
        case .building: return .building
        case .ready: return .ready
        case .failed: return .failed
        case .dropping: return .absent
        }
    }

    /// Makes room for vectors of `model`: an index of another model goes.
    package func prepare(for model: EmbeddingModel) async throws(StoreError) {
        guard try await refresh()?.fingerprint != model.fingerprint else { return }
        try await drop()
    }

    /// Takes the next step; to be called every few seconds by each process, and by one task of it at a time.
    package func maintain(model: EmbeddingModel, statistics: QueueStatistics) async throws(StoreError) {
        let record = try await refresh()
        let failedAt = known.withLock(\.failedAt)
        let action = VectorIndexAction.next(
            record,
            model: model,
            statistics: statistics,
            minimum: minimum,
            isRetryDue: failedAt.map { .now - $0 > Self.retryInterval } ?? false
        )
        guard isDue(action), try await lease.acquire() else { return }
        switch action {
        case .nothing: break
        case .create: try await create(model)
        case .awaitBuild: try await awaitBuild()
        case .drop: try await drop()
        }
        _ = try await refresh()
        if action != .awaitBuild || state != .building { try await lease.release() }
    }

    private func isDue(_ action: VectorIndexAction) -> Bool {
        known.withLock { known in
            guard action == .create else {
                known.wantedSince = nil
                return action != .nothing
            }
            let since = known.wantedSince ?? .now
            known.wantedSince = since
            return .now - since >= calm
        }
    }

    /// Whether searches may use the index for `model`, as last seen.
    func isReady(for model: EmbeddingModel) -> Bool {
        known.withLock { $0.record?.phase == .ready && $0.record?.fingerprint == model.fingerprint }
    }

    /// To be called when a search found the index gone.
    func forget() { known.withLock { $0.record = nil } }

    /// Says in a search's own request whether the index is still what it was.
    static let readyFingerprint = "SELECT VALUE fingerprint FROM \(record) WHERE phase = \"ready\";"

    /// Reads the record anew.
    @discardableResult
    func refresh() async throws(StoreError) -> VectorIndexRecord? {
        let row = try await database.value("SELECT * FROM \(Self.record)")[0]
        let record = VectorIndexRecord(row)
        known.withLock { known in
            if record?.phase == .failed, known.record?.phase != .failed { known.failedAt = .now }
            known.record = record
        }
        return record
    }

    private func create(_ model: EmbeddingModel) async throws(StoreError) {
        logger.info("building the vector index", metadata: ["model": "\(model.fingerprint)"])
        try await enter(.building, model)
        do throws(StoreError) {
            try await clearOtherDimensions(model)
            _ = try await database.run(
                """
                DEFINE INDEX IF NOT EXISTS \(Self.name) ON repo FIELDS embedding
                  HNSW DIMENSION \(model.dimensions) DIST COSINE TYPE F32 EFC 150 M 12 CONCURRENTLY
                """,
                timeout: .seconds(3600)
            )
            known.withLock { $0.watch = IndexBuildWatch(startedHere: true) }
        } catch {
            guard error.code == .rejected else { throw error }
            try await fail(error.message)
        }
    }

    /// A row that holds a vector of another length would make the index impossible. Its job makes it a new one.
    private func clearOtherDimensions(_ model: EmbeddingModel) async throws(StoreError) {
        for condition in ["= NONE", "< $fingerprint", "> $fingerprint"] {
            var cleared: Int
            repeat {
                cleared = try await database.rows(
                    """
                    UPDATE (SELECT VALUE id FROM repo WHERE embedding_fingerprint \(condition) AND embedding != NONE
                      AND array::len(embedding) != $dimensions LIMIT 100)
                      SET embedding = NONE, embedding_fingerprint = NONE, embedding_text_hash = NONE
                      RETURN VALUE id
                    """,
                    ["fingerprint": .string(model.fingerprint), "dimensions": SurrealValue(model.dimensions)]
                ).count
            } while cleared > 0
        }
    }

    private func awaitBuild() async throws(StoreError) {
        let info = try await database.value("INFO FOR INDEX \(Self.name) ON repo")
        switch known.withLock({ $0.watch.observe(info) }) {
        case .building: break
        case .complete:
            _ = try await database.run("UPDATE \(Self.record) SET phase = \"ready\", since = time::now() RETURN NONE")
            logger.info("the vector index is ready")
        case .interrupted: try await drop()
        case .failed(let words): try await fail(words)
        }
    }

    private func fail(_ words: String) async throws(StoreError) {
        logger.error("the vector index could not be built", metadata: ["error": "\(words)"])
        _ = try await database.run(
            "UPDATE \(Self.record) SET phase = \"failed\", error = $error, since = time::now() RETURN NONE",
            ["error": .string(words)]
        )
    }

    /// The record changes first, so that no search begins on an index that goes.
    func drop() async throws(StoreError) {
        logger.info("dropping the vector index")
        _ = try await database.run(
            """
            UPDATE \(Self.record) SET phase = "dropping", since = time::now() RETURN NONE;
            REMOVE INDEX IF EXISTS \(Self.name) ON repo;
            DELETE \(Self.record) RETURN NONE;
            """,
            timeout: .seconds(600)
        )
        known.withLock { $0.record = nil }
    }

    private func enter(_ phase: VectorIndexRecord.Phase, _ model: EmbeddingModel) async throws(StoreError) {
        _ = try await database.run(
            """
            UPSERT \(Self.record) SET fingerprint = $fingerprint, dimensions = $dimensions, phase = $phase,
              error = NONE, since = time::now() RETURN NONE
            """,
            [
                "fingerprint": .string(model.fingerprint), "dimensions": SurrealValue(model.dimensions),
                "phase": .string(phase.rawValue),
            ]
        )
    }
}
