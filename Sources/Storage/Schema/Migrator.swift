import EmbeddingCore
import Logging
import SurrealDB

/// Brings the database to the schema's version. Of several processes that start at once one works, the others wait.
struct Migrator: Sendable {
    let database: Database
    var tables = EmbeddedTables()
    var migrations = Migration.all
    var owner: String
    var logger: Logger
    /// How often those who wait look.
    var pollInterval = Duration.milliseconds(200)
    /// Until this long after the start the others wait for the one that works.
    var patience = Duration.seconds(900)
    /// Rows read at a time when names are entered.
    var pageSize = 500

    private var lease: DistributedLock {
        DistributedLock(database: database, name: "migration", owner: owner, duration: .seconds(30))
    }

    var latest: Int { migrations.last?.version ?? 0 }

    /// - Throws: `StoreError` with `.schema` when the database is of a later version.
    func migrate() async throws(StoreError) {
        let deadline = ContinuousClock.now + patience
        while try await !isCurrent() {
            if try await lease.acquire() {
                try await advance()
                return try await lease.release()
            }
            guard ContinuousClock.now < deadline else {
                throw StoreError(.schema, "another process is migrating the database and does not finish")
            }
            do {
                try await Task.sleep(for: pollInterval)
            } catch {
                throw StoreError(.cancelled, "cancelled while the database was migrated")
            }
        }
    }

    /// The version the database is of; 0 before the first start.
    func version() async throws(StoreError) -> Int { try await state()?.version ?? 0 }

    private func state() async throws(StoreError) -> SchemaState? {
        let state = try await SchemaState.read(database, tables)
        guard let state, state.version > latest else { return state }
        throw StoreError(
            .schema,
            "the database is of schema version \(state.version), this embed-star knows up to \(latest): start a newer one"
        )
    }

    private func isCurrent() async throws(StoreError) -> Bool {
        guard let state = try await state() else {
            try await defineDatabase()
            return false
        }
        return state.fault(of: tables) == nil
    }

    private func defineDatabase() async throws(StoreError) {
        logger.info("creating the missing namespace and database")
        do throws(SurrealError) {
            try await database.client.defineDatabase()
        } catch {
            guard error.fault == .denied else { throw StoreError(error) }
            throw StoreError(
                .unauthorized,
                "the namespace or the database of DB_NAMESPACE and DB_DATABASE does not exist, and DB_USER may not make it"
            )
        }
    }

    private func advance() async throws(StoreError) {
        guard let state = try await state() else {
            throw StoreError(.schema, "the database disappeared while it was being prepared")
        }
        // What is there already stays as it is.
        let found = state.missing.isEmpty ? state.version : 0
        let lost = state.lost(of: tables)
        for migration in migrations where migration.version > found {
            logger.info("migrating the database", metadata: ["version": .stringConvertible(migration.version)])
            for step in migration.steps { try await perform(step) }
            _ = try await database.run(
                "UPSERT embed_star:schema SET version = $version, migrated_at = time::now() RETURN NONE",
                ["version": SurrealValue(migration.version)]
            )
        }
        try await install(lost)
    }

    /// Gives tables what they need. What was written to them before went unnoticed, so whoever has read them is to read
    /// them again, and the rows are looked through; the new epoch says so.
    private func install(_ lost: [EmbeddedTable]) async throws(StoreError) {
        guard !lost.isEmpty else { return }
        let whole = tables.all.map(\.name).filter { name in !lost.contains { $0.name == name } }
        try await note(installed: whole)
        let mark: String
        do throws(SurrealError) { mark = try await SchemaState.mark(database) } catch { throw StoreError(error) }
        for table in lost {
            logger.info("preparing a table", metadata: ["table": "\(table.name)"])
            for step in Migration.installation(of: table, mark: mark) { try await perform(step) }
        }
        try await note(installed: tables.all.map(\.name))
    }

    private func note(installed: [String]) async throws(StoreError) {
        _ = try await database.run(
            "UPDATE embed_star:schema SET tables = $tables, \(Epoch.renewal) RETURN NONE",
            // None at all means that there are repos, as it did once.
            ["tables": .array((installed.isEmpty ? [""] : installed).map(SurrealValue.string))]
        )
    }

    private func perform(_ step: Migration.Step) async throws(StoreError) {
        switch step {
        case .statements(let sql): _ = try await database.run(sql, timeout: .seconds(600))
        case .walk(let first, let next): try await walk(first, next)
        case .index(let name, let table, let definition): try await build(name, table, definition)
        case .declareFields(let table): try await declareFields(of: table)
        }
    }

    private func walk(_ first: String, _ next: String) async throws(StoreError) {
        var cursor: SurrealRecordID?
        repeat {
            var variables: [String: SurrealValue] = ["limit": SurrealValue(pageSize)]
            if let cursor { variables["after"] = cursor.key }
            cursor = try await database.value(cursor == nil ? first : next, variables).recordID
            guard try await lease.acquire() else {
                throw StoreError(.schema, "another process took over the migration")
            }
        } while cursor != nil
    }

    /// Defines an index and waits until it is whole. One that is there already may be the rest of a build that the
    /// database's end cut short, so it is built again.
    private func build(_ name: String, _ table: String, _ definition: String) async throws(StoreError) {
        let deadline = ContinuousClock.now + patience
        let remove = "REMOVE INDEX IF EXISTS \(name) ON \(table);"
        if try await isBuilt(name, table) { return }
        _ = try await database.run(remove + definition, timeout: .seconds(600))
        var watch = IndexBuildWatch(startedHere: true)
        while true {
            switch watch.observe(try await database.value("INFO FOR INDEX \(name) ON \(table)")) {
            case .complete: return
            case .interrupted: _ = try await database.run(remove + definition, timeout: .seconds(600))
            case .failed(let words): throw StoreError(.rejected, "the index \(name) cannot be built: \(words)")
            case .building: break
            }
            guard try await lease.acquire() else {
                throw StoreError(.schema, "another process took over the migration")
            }
            guard ContinuousClock.now < deadline else {
                throw StoreError(.schema, "the index \(name) did not become ready")
            }
            try? await Task.sleep(for: pollInterval)
        }
    }

    private func isBuilt(_ name: String, _ table: String) async throws(StoreError) -> Bool {
        let indexes = try await database.value("INFO FOR TABLE \(table)")["indexes"]
        guard indexes[name].string != nil else { return false }
        var watch = IndexBuildWatch(startedHere: false)
        return watch.observe(try await database.value("INFO FOR INDEX \(name) ON \(table)")) == .complete
    }

    private func declareFields(of table: String) async throws(StoreError) {
        let definition = try await database.value("INFO FOR DB")["tables"][table].string ?? ""
        guard definition.contains("SCHEMAFULL") else { return }
        _ = try await database.run(Schema.fields(of: table))
    }
}
