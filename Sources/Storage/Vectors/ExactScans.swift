import EmbeddingCore
import SurrealDB

/// Comparing all vectors takes a core of the database's for as long as the table is large. So few do it at a time, and
/// others are told at once that they cannot. The database ends a scan after its TIMEOUT; one whose client is gone keeps its
/// place until it is really over. Beside a backlog a place rests after a scan, so that scans take a tenth of a core each.
struct ExactScans: Sendable {
    /// How long the database may work on one.
    static let timeout = Duration.seconds(10)
    /// Scans of a small table are over so soon that it is better to wait.
    private static let patience = Duration.milliseconds(250)
    /// A scan that nobody else feels.
    private static let cheap = Duration.milliseconds(100)

    private let semaphore = RequestSemaphore(limit: 2, waitingLimit: 32, timeout: patience)
    private let run: Run
    private let rest: @Sendable (_ scan: Duration) -> Duration

    typealias Run =
        @Sendable (_ sql: String, _ variables: [String: SurrealValue]) async throws(SurrealError) -> [SurrealValue]

    /// - Parameter hasBacklog: whether others want the database's processor.
    init(database: Database, hasBacklog: @escaping @Sendable () -> Bool) {
        self.init(
            rest: { scan in scan > Self.cheap && hasBacklog() ? scan * 9 : .zero },
            run: { (sql, variables) async throws(SurrealError) in
                try await database.attempt(sql, variables, timeout: Self.timeout + .seconds(20)).last?.array ?? []
            }
        )
    }

    /// - Parameters:
    ///   - rest: how long a place stays taken after a scan that took so long.
    ///   - run: runs a scan.
    init(rest: @escaping @Sendable (_ scan: Duration) -> Duration, run: @escaping Run) {
        self.rest = rest
        self.run = run
    }

    /// - Throws: `.busy` when too many are under way.
    func rows(_ statement: String, _ variables: [String: SurrealValue]) async throws(StoreError) -> [SurrealValue] {
        do throws(SurrealError) {
            try await semaphore.acquire()
        } catch {
            guard error.code == .unavailable else { throw StoreError(error) }
            throw StoreError(.busy, "the vector index is not ready, and other searches are comparing all vectors")
        }
        let (answers, answer) = AsyncStream.makeStream(of: Result<[SurrealValue], SurrealError>.self)
        Task { [run, semaphore, rest] in
            let start = ContinuousClock.now
            let result = await Result { () async throws(SurrealError) in try await run(statement, variables) }
            answer.yield(result)
            answer.finish()
            try? await Task.sleep(for: rest(.now - start))
            semaphore.release()
        }
        for await result in answers {
            do throws(SurrealError) { return try result.get() } catch {
                guard error.fault == .timedOut else { throw StoreError(error) }
                throw StoreError(.busy, "the vector index is not ready, and comparing all vectors takes too long")
            }
        }
        throw StoreError(.cancelled, "the search was cancelled while it compared all vectors")
    }
}
