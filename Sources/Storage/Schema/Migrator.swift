import EmbeddingCore
import Logging
import SurrealDB

/// Brings the database to the schema's version. Of several processes that start at once one works, the others wait.
struct Migrator: Sendable {
    let database: Database
    var tables = EmbeddedTables()
    var migrations = Migration.all(EmbeddedTables())
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
                throw StoreError(.schema, "another process holds the migration of the database and does not finish")
            }
            do {
                try await Task.sleep(for: pollInterval)
            } catch {
                throw StoreError(.cancelled, "cancelled while the database was migrated")
            }
        }
    }

    private func isCurrent() async throws(StoreError) -> Bool {
        guard try await version() == latest else { return false }
        return try await missingTables().isEmpty
    }

    /// The version the database is of; 0 before the first start.
    func version() async throws(StoreError) -> Int {
        let found = try await database.value("SELECT VALUE version FROM embed_star:schema")[0].int ?? 0
        guard found <= latest else {
            throw StoreError(
                .schema,
                "the database is of schema version \(found), this embed-star knows up to \(latest): start a newer one"
            )
        }
        return found
    }

    /// Tables that came to be embedded after the database was made; at first there were repos alone.
    private func missingTables() async throws(StoreError) -> [EmbeddedTable] {
        let found = try await database.value("SELECT VALUE tables FROM embed_star:schema")[0].array
        let known = found?.compactMap(\.string) ?? ["repo"]
        return tables.all.filter { !known.contains($0.name) }
    }

    private func advance() async throws(StoreError) {
        let found = try await version()
        for migration in migrations where migration.version > found {
            logger.info("migrating the database", metadata: ["version": "\(migration.version)"])
            for step in migration.steps { try await perform(step) }
            _ = try await database.run(
                "UPSERT embed_star:schema SET version = $version, migrated_at = time::now() RETURN NONE",
                ["version": SurrealValue(migration.version)]
            )
        }
        let missing = try await missingTables()
        guard !missing.isEmpty else { return }
        for step in Migration.steps(toAdd: missing, to: tables) { try await perform(step) }
        _ = try await database.run(
            "UPDATE embed_star:schema SET tables = $tables RETURN NONE",
            ["tables": .array(tables.all.map { .string($0.name) })]
        )
    }

    private func perform(_ step: Migration.Step) async throws(StoreError) {
        switch step {
        case .statements(let sql): _ = try await database.run(sql, timeout: .seconds(600))
        case .enterNames: try await enterNames()
        case .index(let name, let table, let definition): try await build(name, table, definition)
        case .declareFields(let table): try await declareFields(of: table)
        }
    }

    private func enterNames() async throws(StoreError) {
        var cursor: SurrealRecordID?
        repeat {
            var variables: [String: SurrealValue] = ["limit": SurrealValue(pageSize)]
            if let cursor { variables["after"] = cursor.key }
            cursor = try await database.value(RepoNames.enter(after: cursor != nil), variables).recordID
            guard try await lease.acquire() else {
                throw StoreError(.schema, "another process took the migration over")
            }
        } while cursor != nil
    }

    /// Defines an index and waits until it is whole. One that is there already may be the rest of a build that the
    /// database's end cut short, so it is built again.
    private func build(_ name: String, _ table: String, _ definition: String) async throws(StoreError) {
        let deadline = ContinuousClock.now + patience
        let remove = "REMOVE INDEX IF EXISTS \(name) ON \(table);"
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
                throw StoreError(.schema, "another process took the migration over")
            }
            guard ContinuousClock.now < deadline else {
                throw StoreError(.schema, "the index \(name) did not become ready")
            }
            try? await Task.sleep(for: pollInterval)
        }
    }

    private func declareFields(of table: String) async throws(StoreError) {
        let definition = try await database.value("INFO FOR DB")["tables"][table].string ?? ""
        guard definition.contains("SCHEMAFULL") else { return }
        _ = try await database.run(Schema.fields(of: table))
    }
}
