import DateTime
package import EmbeddingCore
package import Logging
import Synchronization

/// Imports starred repos beside a service's other work: when somebody asks, and again and again where that is wanted.
package final class StarImports: StarImportControl {
    /// A user's stars that are kept up to date.
    package struct Schedule: Sendable {
        package var request: StarImportRequest
        package var interval: Duration

        package init(request: StarImportRequest, interval: Duration) {
            self.request = request
            self.interval = interval
        }
    }

    /// After a failure, and between two looks at when all replicas' last import was.
    private static let pause = Duration.seconds(60)

    private let work: StarImport
    private let repos: any RepoStore
    private let lists: any StarListStore
    private let schedule: Schedule?
    private let onChange: @Sendable () -> Void
    private let logger: Logger
    private let status = Mutex<StarImportStatus?>(nil)
    private let requests: AsyncStream<StarImportRequest>
    private let continuation: AsyncStream<StarImportRequest>.Continuation

    /// - Parameter onChange: called when repos may have become due.
    package init(
        _ work: StarImport,
        repos: any RepoStore,
        lists: any StarListStore,
        schedule: Schedule?,
        logger: Logger,
        onChange: @escaping @Sendable () -> Void
    ) {
        self.work = work
        self.repos = repos
        self.lists = lists
        self.schedule = schedule
        self.logger = logger
        self.onChange = onChange
        (requests, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    package var current: StarImportStatus? { status.withLock(\.self) }

    package func begin(_ request: StarImportRequest) -> StarImportStatus? {
        let begun = status.withLock { status -> StarImportStatus? in
            if let status, status.state == .running || status.state == .waiting { return nil }
            status = StarImportStatus(request)
            return status
        }
        if begun != nil { continuation.yield(request) }
        return begun
    }

    /// Works until the task is cancelled.
    package func run() async {
        await withTaskGroup { tasks in
            if let schedule { tasks.addTask { await self.follow(schedule) } }
            for await request in requests { await perform(request) }
            tasks.cancelAll()
        }
    }

    private func perform(_ request: StarImportRequest) async {
        do {
            let progress = try await work.run(request) { note($0, request) }
            status.withLock { $0 = StarImportStatus(request, state: .done, progress: progress) }
            let counts = progress.counts
            logger.info(
                "imported the starred repos",
                metadata: [
                    "user": "\(request.user)", "pages": "\(progress.pages)", "created": "\(counts.created)",
                    "changed": "\(counts.changed)", "removed": "\(progress.removed)",
                ]
            )
        } catch {
            let words = Task.isCancelled ? "the service stopped; the next import resumes it" : Self.words(error)
            status.withLock { $0?.fail(words) }
            if !Task.isCancelled {
                logger.warning(
                    "the import of starred repos failed",
                    metadata: ["user": "\(request.user)", "error": "\(words)"]
                )
            }
        }
        onChange()
    }

    private func note(_ progress: StarImportProgress, _ request: StarImportRequest) {
        let state: StarImportStatus.State = progress.waitingUntil == nil ? .running : .waiting
        status.withLock { $0 = StarImportStatus(request, state: state, progress: progress) }
        onChange()
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as GitHubError: error.message
        case let error as StoreError: error.message
        default: "\(error)"
        }
    }

    private func follow(_ schedule: Schedule) async {
        while !Task.isCancelled {
            let wait = await untilDue(schedule)
            // What fails is tried again after the pause, too.
            if wait == .zero { _ = begin(schedule.request) }
            let pause = wait == .zero ? Self.pause : min(Self.pause, wait)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// How long after now, at most; the database tells when any replica did it last.
    private func untilDue(_ schedule: Schedule) async -> Duration {
        do {
            try await repos.ping()
            guard let last = try await lists.list(of: schedule.request.user).finishedAt else { return .zero }
            return max(.zero, schedule.interval - .seconds(Int(Timestamp.now.seconds) - last))
        } catch {
            return .seconds(1)
        }
    }
}

extension StarImportStatus {
    fileprivate mutating func fail(_ words: String) {
        state = .failed
        progress.waitingUntil = nil
        error = words
    }
}
