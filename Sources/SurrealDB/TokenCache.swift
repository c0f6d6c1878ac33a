/// The token of a client: asked for once by however many requests want it.
actor TokenCache {
    private let now: @Sendable () -> Int64
    private let signIn: @Sendable () async -> Result<SurrealToken, SurrealError>
    private var token: SurrealToken?
    private var received: Int64 = 0
    private var signingIn: Task<Result<SurrealToken, SurrealError>, Never>?

    /// - Parameter now: seconds since 1970.
    init(
        now: @escaping @Sendable () -> Int64,
        signIn: @escaping @Sendable () async -> Result<SurrealToken, SurrealError>
    ) {
        self.now = now
        self.signIn = signIn
    }

    /// A token that is fresh and not the one the server `refused`.
    func token(replacing refused: SurrealToken? = nil) async throws(SurrealError) -> SurrealToken {
        if let token, token != refused, token.isFresh(after: now() - received) { return token }
        // The sign-in outlives a caller that is cancelled, as others wait for it too; its request has a timeout.
        let task = signingIn ?? Task { [signIn] in await signIn() }
        signingIn = task
        let result = await task.value
        if signingIn == task {
            signingIn = nil
            token = try? result.get()
            received = now()
        }
        return try result.get()
    }
}
