import DateTime
package import EmbeddingCore
import Logging
import SurrealDB
import Synchronization

/// The life of the vector index on `repo.embedding`. An index that is not whole answers nonsense, or the whole table, and
/// one that the engine calls ready may be slow for a while yet. So one process makes it, nothing reads it until it
/// has found a stored vector fast, and it goes when the model changes. Where the engine writes vectors beside it as fast as
/// without, it stands before the first vector is written, and is rebuilt beside the one in use when many were. Defined
/// while a backlog is embedded, it would take in each vector as it comes, which is slower than they are written, and hold
/// up the database until all are in. So an index that is missing then waits until the backlog is small. SurrealDB 2 writes
/// slowly beside an index and aborts when a new, empty one is written and read in parallel: there it always waits, and goes
/// when a large backlog comes.
package final class VectorIndex: Sendable {
    /// What searches use now.
    package enum State: String, Sendable, CaseIterable {
        case absent, building, ready, failed
    }

    private struct Known {
        var record: VectorIndexRecord?
        var failedAt: ContinuousClock.Instant?
        var watch = IndexBuildWatch(startedHere: false)
        /// Since when the index has been whole according to the engine and not found what it should.
        var probedSince: ContinuousClock.Instant?
        /// Whether a search got nonsense from an index that was ready.
        var isSuspect = false
        var hasBacklog = false
        /// The model that the index was last begun for, if that was needed.
        var begunFor: EmbeddingModel?
        /// Since when the index has been what it is, and the vectors written until then.
        var built: (since: Timestamp?, written: Int)?
        /// Since when nothing has stood against making the index.
        var wantedSince: ContinuousClock.Instant?
    }

    let database: Database
    private let lease: DistributedLock
    private let logger: Logger
    /// Embedded repos from which on there is an index.
    package let minimum: Int
    private let calm: Duration
    private let preferred: EngineDialect.VectorIndexKind?
    private let known = Mutex(Known())

    static let names = ["repo_embedding", "repo_embedding_2"]
    private static let retryInterval = Duration.seconds(600)
    /// How long an index may take to find what is in it.
    private static let probePatience = Duration.seconds(300)
    private static let record = "embed_star:vector_index"

    /// - Parameters:
    ///   - preferred: nil where nothing is searched through it.
    ///   - minimum: embedded repos from which on there is an index.
    ///   - calm: how long the backlog has to have been small before it is made: building takes all the database has
    ///     to give, and whoever writes a few pages of repos pauses between them.
    init(
        database: Database,
        owner: String,
        preferred: EngineDialect.VectorIndexKind? = .diskann,
        logger: Logger,
        minimum: Int = 2000,
        calm: Duration = .seconds(10)
    ) {
        self.database = database
        self.logger = logger
        self.minimum = minimum
        self.calm = calm
        self.preferred = preferred
        lease = DistributedLock(database: database, name: "vector_index_lease", owner: owner, duration: .seconds(60))
    }

    /// As last seen, without a call.
    package var state: State {
        guard let record = known.withLock(\.record) else { return .absent }
        switch record.phase {
        case .building: return record.rows == 0 ? .absent : .building
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

    /// Lets the index stand before there is a vector, where vectors are written beside it; to be called before any is.
    /// - Returns: whether it was looked for, and perhaps defined, which takes a while.
    @discardableResult
    func begin(for model: EmbeddingModel) async throws(StoreError) -> Bool {
        guard let preferred, known.withLock({ exchange(&$0.begunFor, with: model) != model }) else { return false }
        let dialect = try await database.dialect()
        if dialect.writesVectorsBesideIndex, try await refresh() == nil, try await !hasVectors(),
            try await lease.acquire()
        {
            try await create(model, dialect.vectorIndexKind(preferred: preferred), dialect, rows: 0)
            try await lease.release()
            _ = try await refresh()
        }
        return true
    }

    /// Takes the next step; to be called every few seconds by each process, and by one task of it at a time.
    package func maintain(model: EmbeddingModel, statistics: QueueStatistics) async throws(StoreError) {
        guard let preferred else { return }
        known.withLock { $0.hasBacklog = !VectorIndexAction.isSettled(statistics) }
        let record = try await refresh()
        let dialect = try await database.dialect()
        let kind = dialect.vectorIndexKind(preferred: preferred)
        let failedAt = known.withLock(\.failedAt)
        var action = VectorIndexAction.next(
            record,
            model: model,
            kind: kind,
            statistics: statistics,
            written: record.map { written(since: $0, statistics) } ?? 0,
            minimum: minimum,
            isRetryDue: failedAt.map { .now - $0 > Self.retryInterval } ?? false,
            writesBeside: dialect.writesVectorsBesideIndex
        )
        if action == .nothing, try await isLost(model) { action = .drop }
        guard isDue(action), try await lease.acquire() else { return }
        switch action {
        case .nothing: break
        case .create:
            try await create(model, kind, dialect, rows: statistics.embedded)
            if dialect.definesIndexesInPlace, try await refresh()?.phase == .building { try await awaitBuild(model) }
        case .renew:
            let definition = dialect.vectorIndex(kind, dimensions: model.dimensions)
            try await renew(model, definition, statistics.embedded)
        case .awaitBuild: try await awaitBuild(model)
        case .drop: try await drop()
        }
        _ = try await refresh()
        if state != .building { try await lease.release() }
    }

    /// Vectors written since the index was built, as far as this process has seen.
    private func written(since record: VectorIndexRecord, _ statistics: QueueStatistics) -> Int {
        known.withLock { known in
            if known.built?.since != record.since || known.built == nil {
                known.built = (record.since, statistics.written)
            }
            return statistics.written - (known.built?.written ?? 0)
        }
    }

    private func isDue(_ action: VectorIndexAction) -> Bool {
        known.withLock { known in
            guard action == .create || action == .renew else {
                known.wantedSince = nil
                return action != .nothing
            }
            let since = known.wantedSince ?? .now
            known.wantedSince = since
            return .now - since >= calm
        }
    }

    /// The index that searches may use for `model`, as last seen.
    func ready(for model: EmbeddingModel) -> VectorIndexRecord? {
        guard let record = known.withLock(\.record), record.phase == .ready, record.fingerprint == model.fingerprint
        else { return nil }
        return record
    }

    /// Whether many documents wait to be embedded, as last heard.
    var hasBacklog: Bool { known.withLock(\.hasBacklog) }

    /// To be called when a search found the index gone.
    func forget() {
        known.withLock { known in
            known.record = nil
            known.isSuspect = true
        }
    }

    /// Whether an index that a search doubted is of no use any more.
    private func isLost(_ model: EmbeddingModel) async throws(StoreError) -> Bool {
        guard let name = ready(for: model)?.name, known.withLock(\.isSuspect) else { return false }
        let isLost = try await finds(model, through: name) == false
        known.withLock { $0.isSuspect = false }
        return isLost
    }

    /// Says in a search's own request whether the index `name` is still what it was.
    static func readyFingerprint(_ name: String) -> String {
        """
        SELECT VALUE fingerprint FROM \(record) WHERE phase = "ready" AND (name ?? "\(names[0])") = "\(name)";
        """
    }

    /// Reads the record again.
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

    private func create(
        _ model: EmbeddingModel,
        _ kind: EngineDialect.VectorIndexKind,
        _ dialect: EngineDialect,
        rows: Int
    ) async throws(StoreError) {
        logger.info("building the vector index", metadata: ["model": "\(model.fingerprint)", "kind": "\(kind)"])
        try await enter(.building, model, kind, rows)
        let definition = dialect.vectorIndex(kind, dimensions: model.dimensions)
        do throws(StoreError) {
            // A build beside the writers fails when nobody waits for it: then what could make it fail goes first.
            if !dialect.definesIndexesInPlace { try await clearOtherDimensions(model) }
            try await define(Self.names[0], definition)
        } catch {
            guard error.code == .rejected else { throw error }
            // There are vectors of an earlier model, or another program wrote something else than a vector.
            try await clearOtherDimensions(model)
            do throws(StoreError) {
                try await define(Self.names[0], definition)
            } catch {
                guard error.code == .rejected else { throw error }
                return try await fail(error.message)
            }
        }
        known.withLock { known in
            known.watch = IndexBuildWatch(startedHere: true)
            known.probedSince = nil
        }
    }

    /// Defines the index. Where that takes until it is built, the lease is renewed beside.
    private func define(_ name: String, _ definition: String) async throws(StoreError) {
        let renewal = Task { [lease] in
            while (try? await Task.sleep(for: .seconds(20))) != nil { _ = try? await lease.acquire() }
        }
        defer { renewal.cancel() }
        _ = try await database.run(
            "DEFINE INDEX IF NOT EXISTS \(name) ON repo FIELDS embedding \(definition)",
            timeout: .seconds(3600)
        )
    }

    /// Rebuilds the index under its other name and lets searches change over. What a build left that was broken off
    /// goes first.
    private func renew(_ model: EmbeddingModel, _ definition: String, _ rows: Int) async throws(StoreError) {
        guard let old = ready(for: model)?.name, let new = Self.names.first(where: { $0 != old }) else { return }
        logger.info("rebuilding the vector index", metadata: ["model": "\(model.fingerprint)"])
        _ = try await database.run(Self.remove(new), timeout: .seconds(600))
        var isBetter = false
        do throws(StoreError) {
            try await define(new, definition)
            isBetter = try await finds(model, through: new) ?? false
        } catch {
            guard error.code == .rejected else { throw error }
        }
        let serving = isBetter ? new : old
        let kept = try await database.value(
            "UPDATE \(Self.record) SET name = $name, rows = $rows, since = time::now() WHERE phase = \"ready\" AND fingerprint = $fingerprint",
            ["name": .string(serving), "rows": SurrealValue(rows), "fingerprint": .string(model.fingerprint)]
        )
        let isKept = kept.array?.isEmpty == false
        let superfluous = isKept ? Self.remove(isBetter ? old : new) : Self.remove(new)
        _ = try await database.run(superfluous, timeout: .seconds(600))
        logger.info("the vector index was \(isBetter && isKept ? "rebuilt" : "kept as it was")")
    }

    private static func remove(_ name: String) -> String { "REMOVE INDEX IF EXISTS \(name) ON repo;" }

    /// A row that holds a vector of another length would make the index impossible. Its job makes it a new one.
    private func clearOtherDimensions(_ model: EmbeddingModel) async throws(StoreError) {
        for condition in ["> $fingerprint", "< $fingerprint", "= NONE", "= $fingerprint"] {
            var cleared: Int
            repeat {
                cleared = try await database.rows(
                    """
                    UPDATE (SELECT VALUE id FROM repo WHERE embedding_fingerprint \(condition) AND embedding != NONE
                      AND (!type::is_array(embedding) OR array::len(embedding) != $dimensions) LIMIT 100)
                      SET embedding = NONE, embedding_fingerprint = NONE, embedding_text_hash = NONE
                      RETURN VALUE id
                    """,
                    ["fingerprint": .string(model.fingerprint), "dimensions": SurrealValue(model.dimensions)]
                ).count
            } while cleared > 0
        }
    }

    private func awaitBuild(_ model: EmbeddingModel) async throws(StoreError) {
        let info: SurrealValue
        do throws(StoreError) {
            info = try await database.value("INFO FOR INDEX \(Self.names[0]) ON repo")
        } catch {
            // Whoever built it ended before there was an index.
            guard error.code == .rejected else { throw error }
            return try await drop()
        }
        switch known.withLock({ $0.watch.observe(info) }) {
        case .building: break
        case .complete: try await admit(model)
        case .interrupted: try await drop()
        case .failed(let words): try await fail(words)
        }
    }

    /// Lets searches use the index once it finds what is in it.
    private func admit(_ model: EmbeddingModel) async throws(StoreError) {
        guard let isGood = try await finds(model, through: Self.names[0]) else { return }
        guard isGood else {
            let since = known.withLock { known in
                known.probedSince = known.probedSince ?? .now
                return known.probedSince ?? .now
            }
            if .now - since > Self.probePatience { try await fail("the index does not find its vectors in time") }
            return
        }
        _ = try await database.run("UPDATE \(Self.record) SET phase = \"ready\", since = time::now() RETURN NONE")
        logger.info("the vector index is ready")
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
            \(Self.names.map(Self.remove).joined(separator: "\n"))
            DELETE \(Self.record) RETURN NONE;
            """,
            timeout: .seconds(600)
        )
        known.withLock { $0.record = nil }
    }

    private func enter(
        _ phase: VectorIndexRecord.Phase,
        _ model: EmbeddingModel,
        _ kind: EngineDialect.VectorIndexKind,
        _ rows: Int
    ) async throws(StoreError) {
        _ = try await database.run(
            """
            UPSERT \(Self.record) SET fingerprint = $fingerprint, dimensions = $dimensions, kind = $kind, phase = $phase,
              name = $name, rows = $rows, error = NONE, since = time::now() RETURN NONE
            """,
            [
                "fingerprint": .string(model.fingerprint), "dimensions": SurrealValue(model.dimensions),
                "kind": .string(kind.rawValue), "phase": .string(phase.rawValue), "name": .string(Self.names[0]),
                "rows": SurrealValue(rows),
            ]
        )
    }
}
