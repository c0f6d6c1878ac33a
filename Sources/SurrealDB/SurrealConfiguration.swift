/// Where the database is, who asks, and how patiently.
package struct SurrealConfiguration: Sendable {
    /// Where the user is defined.
    package enum AuthLevel: String, Sendable, CaseIterable {
        case root, namespace, database
    }

    /// `ws`, `wss`, `http` or `https`; the HTTP RPC of that server is used. A trailing `/rpc` is ignored.
    package var url: String
    package var user: String
    /// Asked at each sign-in.
    package var password: @Sendable () -> String
    package var authLevel: AuthLevel
    package var namespace: String
    package var database: String
    /// Requests under way at most.
    package var poolSize: Int
    /// Requests waiting for their turn at most; the next one fails with `.unavailable`.
    package var maxWaitingRequests: Int
    /// How long a request may wait for its turn.
    package var waitTimeout: Duration
    package var connectTimeout: Duration
    /// From sending a request to its whole answer, unless the call says otherwise.
    package var requestTimeout: Duration
    package var maxResponseBytes: Int

    package init(
        url: String = "ws://localhost:8000",
        user: String = "root",
        password: @autoclosure @escaping @Sendable () -> String = "root",
        authLevel: AuthLevel = .root,
        namespace: String = "gitstars",
        database: String = "stars",
        poolSize: Int = 10,
        maxWaitingRequests: Int = 1000,
        waitTimeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        requestTimeout: Duration = .seconds(30),
        maxResponseBytes: Int = 64 << 20
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.authLevel = authLevel
        self.namespace = namespace
        self.database = database
        self.poolSize = poolSize
        self.maxWaitingRequests = maxWaitingRequests
        self.waitTimeout = waitTimeout
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.maxResponseBytes = maxResponseBytes
    }

    /// The server's root over HTTP, without a slash at the end; nil when `url` names no server.
    package var httpURL: String? {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme: String
        switch url[..<separator.lowerBound].lowercased() {
        case "ws", "http": scheme = "http"
        case "wss", "https": scheme = "https"
        default: return nil
        }
        var rest = url[separator.upperBound...]
        while rest.last == "/" { rest.removeLast() }
        if rest.hasSuffix("/rpc") { rest.removeLast(4) }
        while rest.last == "/" { rest.removeLast() }
        let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !rest.contains { "@?#\\".contains($0) }
        guard isPlain, !rest.isEmpty, rest.first != "/" else { return nil }
        return "\(scheme)://\(rest)"
    }
}
