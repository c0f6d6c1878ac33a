import EmbeddingCore
import SurrealDB

/// Comparing all vectors takes a core of the database's for as long as the table is large. So few do it at a time, and
/// others are told at once that they cannot. The database ends a scan after its TIMEOUT; one whose client is gone keeps its
/// place until it is really over.
struct ExactScans: Sendable {
    /// How long the database may work on one.
    static let timeout = Duration.seconds(10)
    /// Scans of a small table are over so soon that it is better to wait.
    private static let patience = Duration.milliseconds(250)

    private let semaphore = RequestSemaphore(limit: 2, waitingLimit: 32, timeout: patience)
    private let run: Run

    typealias Run =
        @Sendable (_ sql: String, _ variables: [String: SurrealValue]) async throws(SurrealError) -> [SurrealValue]

    init(database: Database) {
        self.init { (sql, variables) async throws(SurrealError) in
            try await database.attempt(sql, variables, timeout: Self.timeout + .seconds(20)).last?.array ?? []
        }
    }

    /// - Parameter run: runs a scan.
    init(run: @escaping Run) { self.run = run }

    /// - Throws: `.busy` when too many are under way.
    func rows(_ statement: String, _ variables: [String: SurrealValue]) async throws(StoreError) -> [SurrealValue] {
        do throws(SurrealError) {
            try await semaphore.acquire()
        } catch {
            guard error.code == .unavailable else { throw StoreError(error) }
            throw StoreError(.busy, "the vector index is not ready, and other searches are comparing all vectors now")
        }
        let (answers, answer) = AsyncStream.makeStream(of: Result<[SurrealValue], SurrealError>.self)
        Task { [run, semaphore] in
            let result = await Result { () async throws(SurrealError) in try await run(statement, variables) }
            semaphore.release()
            answer.yield(result)
            answer.finish()
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
