package import HTTPClient
package import Logging
import Retry
package import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Talks to SurrealDB in CBOR over its HTTP RPC, signed in with a token that is renewed as needed.
package final class SurrealClient: Sendable {
    /// The waits before a write that conflicted with another is retried.
    private static let backoff = Backoff(base: .milliseconds(20), longest: .seconds(1))

    private let configuration: SurrealConfiguration
    private let transport: any HTTPTransport
    private let logger: Logger
    private let metrics: SurrealMetrics
    private let semaphore: RequestSemaphore
    private let tokens: TokenCache
    private let dialects: DialectCache

    package init(
        configuration: SurrealConfiguration,
        transport: any HTTPTransport,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.transport = transport
        self.logger = logger
        let metrics = SurrealMetrics(metrics)
        self.metrics = metrics
        semaphore = RequestSemaphore(
            limit: configuration.poolSize,
            waitingLimit: configuration.maxWaitingRequests,
            timeout: configuration.waitTimeout,
            active: metrics.activeConnections,
            waiting: metrics.waitingRequests
        )
        tokens = TokenCache(now: { Int64(time(nil)) }) {
            do throws(SurrealError) {
                return .success(try await Self.signIn(configuration, transport))
            } catch {
                return .failure(error)
            }
        }
        dialects = DialectCache { () throws(SurrealError) in try await Self.version(configuration, transport) }
    }

    /// What the server's generation of the engine has of its own.
    /// - Throws: `.unsupported` when its release is not taken.
    package func dialect() async throws(SurrealError) -> EngineDialect { try await dialects.dialect() }

    /// Runs statements, one result each. They are written as the newest generation of the engine has them.
    /// - Parameters:
    ///   - timeout: for one attempt; by default that of the configuration.
    ///   - conflictRetries: how often a write that conflicted with another is retried, after a short random wait.
    ///   - waits: whether it waits for its turn while as many are under way as may be. A probe does not.
    /// - Throws: when any of the statements failed; what came before it outside a transaction has been done.
    package func query(
        _ sql: String,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration? = nil,
        conflictRetries: Int = 0,
        waits: Bool = true
    ) async throws(SurrealError) -> [SurrealValue] {
        var attempt = 0
        while true {
            do throws(SurrealError) {
                return try await measured { () throws(SurrealError) in
                    let sql = try await self.dialect().spelled(sql)
                    let body = Self.requestBody("query", [.string(sql), .object(variables)])
                    return try SurrealAnswer.statements(try await self.traced(body, timeout, waits))
                }
            } catch {
                if error.code == .unavailable { dialects.forget() }
                guard error.code == .conflict, attempt < conflictRetries else { throw error }
                logger.debug(
                    "a write conflicted with another; retrying",
                    metadata: ["attempt": .stringConvertible(attempt + 1)]
                )
            }
            attempt += 1
            try await pause(beforeAttempt: attempt)
        }
    }

    /// As the server names itself, `surrealdb-3.2.4` say.
    package func version() async throws(SurrealError) -> String { try await Self.version(configuration, transport) }

    private static func version(
        _ configuration: SurrealConfiguration,
        _ transport: any HTTPTransport
    ) async throws(SurrealError) -> String {
        let response = try await get(configuration, transport, "/version")
        guard response.status < 500 else {
            throw SurrealError(.unavailable, "the database answered \(response.status)\(response.way)")
        }
        guard response.status == 200, let text = String(validating: response.body, as: UTF8.self) else {
            throw SurrealError(.badResponse, "the database did not return its version")
        }
        return String(text.unicodeScalars.prefix(100))
    }

    /// Makes the namespace and the database of the configuration, unless they are there.
    package func defineDatabase() async throws(SurrealError) {
        let (namespace, database) = (Self.quoted(configuration.namespace), Self.quoted(configuration.database))
        _ = try await query(
            """
            DEFINE NAMESPACE IF NOT EXISTS \(namespace); USE NS \(namespace);
            DEFINE DATABASE IF NOT EXISTS \(database); USE NS \(namespace) DB \(database);
            """,
            conflictRetries: 20
        )
    }

    /// An identifier in SurrealQL, whatever is in it.
    private static func quoted(_ name: String) -> String {
        "`\(name.unicodeScalars.map { $0 == "\\" || $0 == "`" ? "\\\($0)" : "\($0)" }.joined())`"
    }

    // MARK: Requests

    private func measured<T>(_ body: () async throws(SurrealError) -> T) async throws(SurrealError) -> T {
        let start = ContinuousClock.now
        do throws(SurrealError) {
            let result = try await body()
            metrics.record(nil, after: .now - start)
            return result
        } catch {
            metrics.record(error, after: .now - start)
            throw error
        }
    }

    private func traced(
        _ body: [UInt8],
        _ timeout: Duration?,
        _ waits: Bool
    ) async throws(SurrealError) -> SurrealValue {
        guard let caller = Span.current else { return try await call(body, timeout, waits) }
        let span = caller.child("query \(configuration.database)", kind: .client)
        span.set("db.system.name", "surrealdb")
        span.set("db.operation.name", "query")
        span.set("db.namespace", "\(configuration.namespace).\(configuration.database)")
        return try await span.run(failure: \.code.rawValue) { () async throws(SurrealError) in
            try await call(body, timeout, waits)
        }
    }

    /// One RPC call in its turn. A token that the server refuses is replaced once: nothing has been done under it.
    private func call(_ body: [UInt8], _ timeout: Duration?, _ waits: Bool) async throws(SurrealError) -> SurrealValue {
        if waits { try await semaphore.acquire() }
        defer { if waits { semaphore.release() } }
        let token = try await tokens.token()
        do throws(SurrealError) {
            return try await send(body, token, timeout)
        } catch {
            guard error.code == .unauthorized else { throw error }
            logger.debug("the database refused the token", metadata: ["error": "\(error)"])
            return try await send(body, try await tokens.token(replacing: token), timeout)
        }
    }

    private func send(
        _ body: [UInt8],
        _ token: SurrealToken,
        _ timeout: Duration?
    ) async throws(SurrealError) -> SurrealValue {
        let headers = [
            (name: "Authorization", value: "Bearer \(token.text)"),
            (name: "surreal-ns", value: configuration.namespace),
            (name: "surreal-db", value: configuration.database),
        ]
        return try await Self.rpc(configuration, transport, body, headers, timeout ?? configuration.requestTimeout)
    }

    private static func get(
        _ configuration: SurrealConfiguration,
        _ transport: any HTTPTransport,
        _ path: String
    ) async throws(SurrealError) -> HTTPClientResponse {
        guard let url = configuration.httpURL else { throw invalidURL }
        let timeouts = timeouts(configuration, total: min(configuration.requestTimeout, .seconds(5)))
        let request = HTTPClientRequest("GET", url + path, timeouts: timeouts, maxResponseBytes: 64 << 10)
        do throws(HTTPClientError) {
            return try await transport.send(request)
        } catch {
            throw SurrealError(error)
        }
    }

    private func pause(beforeAttempt attempt: Int) async throws(SurrealError) {
        var random = SystemRandomNumberGenerator()
        do {
            try await Task.sleep(for: Self.backoff.delay(ofAttempt: attempt, random: &random))
        } catch {
            throw SurrealError(.cancelled, "cancelled before a retry")
        }
    }

    // MARK: Wire

    private static func signIn(
        _ configuration: SurrealConfiguration,
        _ transport: any HTTPTransport
    ) async throws(SurrealError) -> SurrealToken {
        var credentials: [String: SurrealValue] = [
            "user": .string(configuration.user),
            "pass": .string(configuration.password()),
        ]
        if configuration.authLevel != .root { credentials["ns"] = .string(configuration.namespace) }
        if configuration.authLevel == .database { credentials["db"] = .string(configuration.database) }
        let body = requestBody("signin", [.object(credentials)])
        let result: SurrealValue
        do throws(SurrealError) {
            result = try await rpc(configuration, transport, body, [], configuration.requestTimeout)
        } catch {
            // Whatever the server finds wrong with a sign-in, it is the credentials that have to change.
            guard error.code == .rejected else { throw error }
            throw SurrealError(.unauthorized, "the database refused the sign-in")
        }
        guard let token = result.string, !token.isEmpty else {
            throw SurrealError(.badResponse, "the sign-in returned no token")
        }
        return SurrealToken(token)
    }

    private static func requestBody(_ method: String, _ params: SurrealValue) -> [UInt8] {
        var encoder = CBOREncoder()
        encoder.append(["id": 1, "method": .string(method), "params": params])
        return encoder.bytes
    }

    private static func rpc(
        _ configuration: SurrealConfiguration,
        _ transport: any HTTPTransport,
        _ body: [UInt8],
        _ headers: [(name: String, value: String)],
        _ total: Duration
    ) async throws(SurrealError) -> SurrealValue {
        guard let url = configuration.httpURL else { throw invalidURL }
        let request = HTTPClientRequest(
            "POST",
            url + "/rpc",
            headers: headers + [
                (name: "Content-Type", value: "application/cbor"),
                (name: "Accept", value: "application/cbor"),
                (name: "Accept-Encoding", value: "identity"),
            ],
            body: body,
            timeouts: timeouts(configuration, total: total),
            maxResponseBytes: configuration.maxResponseBytes
        )
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try await transport.send(request)
        } catch {
            throw SurrealError(error)
        }
        return try SurrealAnswer.result(response)
    }

    private static func timeouts(_ configuration: SurrealConfiguration, total: Duration) -> HTTPClientTimeouts {
        HTTPClientTimeouts(connect: configuration.connectTimeout, firstByte: total, total: total)
    }

    private static let invalidURL = SurrealError(.rejected, "the database's URL is not ws, wss, http or https")
}
