import EmbeddingCore
import SurrealDB

/// Runs statements: conflicts with other writers are tried again, errors become the domain's.
struct Database: Sendable {
    let client: SurrealClient
    /// How often a write that meets others is tried again.
    var conflictRetries = 8
    private(set) var presence = DatabasePresence()
    private(set) var isProbe = false

    /// The same for who asks whatever the last probe found.
    var unguarded: Database {
        var database = self
        database.presence = DatabasePresence()
        return database
    }

    /// The same for a probe, which waits for nobody's requests either.
    var forProbes: Database {
        var database = unguarded
        database.isProbe = true
        return database
    }

    /// Runs statements that may be repeated. One result for each statement.
    func run(
        _ sql: String,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration? = nil
    ) async throws(StoreError) -> [SurrealValue] {
        if let fault = presence.fault { throw fault }
        do throws(SurrealError) { return try await attempt(sql, variables, timeout: timeout) } catch {
            throw StoreError(error)
        }
    }

    /// As `run`, for those who do something about a fault that the engine finds.
    func attempt(
        _ sql: String,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration? = nil
    ) async throws(SurrealError) -> [SurrealValue] {
        if let fault = presence.fault { throw SurrealError(.unavailable, fault.message) }
        let results = try await client.query(
            sql,
            variables,
            timeout: timeout,
            conflictRetries: conflictRetries,
            waits: !isProbe
        )
        presence.answered()
        return results
    }

    /// - Throws: `.unsupported` when the database is of a release that is not taken.
    func dialect() async throws(StoreError) -> EngineDialect {
        do throws(SurrealError) { return try await client.dialect() } catch { throw StoreError(error) }
    }

    /// The result of the last statement.
    func value(
        _ sql: String,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration? = nil
    ) async throws(StoreError) -> SurrealValue {
        guard let last = try await run(sql, variables, timeout: timeout).last else {
            throw StoreError(.badResponse, "the database returned no result")
        }
        return last
    }

    /// The rows that the last statement gave.
    func rows(
        _ sql: String,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration? = nil
    ) async throws(StoreError) -> [SurrealValue] {
        try Self.rows(of: await value(sql, variables, timeout: timeout))
    }

    static func rows(of value: SurrealValue) throws(StoreError) -> [SurrealValue] {
        guard let rows = value.array else {
            throw StoreError(.badResponse, "the database did not return a list of rows")
        }
        return rows
    }
}

extension StoreError {
    init(_ error: SurrealError) {
        let code: Code =
            switch error.code {
            case .unavailable: .unavailable
            case .unauthorized: .unauthorized
            case .conflict: .conflict
            case .rejected: .rejected
            case .badResponse: .badResponse
            case .unsupported: .unsupported
            case .cancelled: .cancelled
            }
        self.init(code, error.message)
    }
}
