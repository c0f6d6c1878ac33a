package import EmbeddingCore
package import Logging
import Retry
package import Telemetry

/// Keeps the in-memory indexes as the repo table is: loads it page by page, then follows its changes. What other
/// replicas and other programs write arrives the same way.
package final class RepoFollower: Sendable {
    /// How it reads.
    package struct Configuration: Sendable {
        /// Rows in one page of the first load, and changes in one read.
        package var pageSize = 1000
        /// Time between two reads of changes when there are none.
        package var interval: Duration = .milliseconds(500)
        /// Longest pause after a failure.
        package var longestPause: Duration = .seconds(10)

        package init() {}
    }

    private let feed: any RepoFeed
    private let catalog: RepoCatalog
    private let scan: VectorScan?
    private let model: @Sendable () async -> EmbeddingModel?
    private let mayRead: @Sendable () -> Bool
    private let hide: @Sendable (Set<String>) -> Void
    private let configuration: Configuration
    private let logger: Logger
    private let rows: Gauge
    private let failures: Counter

    /// - Parameters:
    ///   - scan: the memory backend, when it is used.
    ///   - model: the model in use now; nil while it is not known.
    ///   - mayRead: whether the tables are there.
    ///   - hide: told of the names of repos that are private, as rows of them come.
    package init(
        feed: any RepoFeed,
        catalog: RepoCatalog,
        scan: VectorScan?,
        model: @escaping @Sendable () async -> EmbeddingModel?,
        mayRead: @escaping @Sendable () -> Bool = { true },
        hide: @escaping @Sendable (Set<String>) -> Void = { _ in },
        configuration: Configuration = Configuration(),
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.feed = feed
        self.catalog = catalog
        self.scan = scan
        self.model = model
        self.mayRead = mayRead
        self.hide = hide
        self.configuration = configuration
        self.logger = logger
        rows = metrics.gauge("search_index_repos", "Repos in the in-memory text index.")
        failures = metrics.counter("search_follower_failures_total", "Reads of the repo table that failed.")
    }

    /// Its whole life: ends when the task is cancelled.
    package func run() async {
        var failed = 0
        while !Task.isCancelled {
            guard mayRead() else {
                await sleep(configuration.interval)
                continue
            }
            let model = await vectorModel()
            do throws(StoreError) {
                let position = try await load(model)
                failed = 0
                let count = await catalog.count
                logger.info("search indexes loaded", metadata: ["repos": .stringConvertible(count)])
                try await follow(from: position, model)
            } catch {
                guard !Task.isCancelled else { return }
                logger.log(
                    level: error.isOutage ? .debug : .warning,
                    "cannot update the search indexes; reloading them",
                    metadata: ["error": "\(error)"]
                )
                failures.increment()
                failed += 1
                await sleep(pause(afterFailures: failed))
            }
        }
    }

    /// The model whose vectors are kept in memory; nil when none are, or while it is not known. Names and words need none.
    private func vectorModel() async -> EmbeddingModel? { scan == nil ? nil : await model() }

    /// Reads the whole table. The position is asked for first, so that no change falls between.
    private func load(_ model: EmbeddingModel?) async throws(StoreError) -> FeedPosition {
        await catalog.reset()
        if let model { await scan?.reset(model: model) }
        let position = try await feed.changes(since: nil, limit: 1, vectorsOf: nil).position
        var cursor: DocumentID?
        while !Task.isCancelled {
            let page = try await feed.page(
                after: cursor,
                limit: configuration.pageSize,
                vectorsOf: model
            )
            await apply(page.map { .upsert($0) })
            guard page.count == configuration.pageSize, let last = page.last else { break }
            cursor = last.id
        }
        await catalog.finishLoading()
        if let model { scan?.finishLoading(model: model) }
        return position
    }

    /// Reads changes until the model is another. A failure is waited out for a while before all is loaded again.
    private func follow(from start: FeedPosition, _ model: EmbeddingModel?) async throws(StoreError) {
        var position = start
        var failed = 0
        while !Task.isCancelled {
            do throws(StoreError) {
                let answer = try await feed.changes(
                    since: position,
                    limit: configuration.pageSize,
                    vectorsOf: model
                )
                failed = 0
                await apply(answer.changes)
                if answer.position == position { await sleep(configuration.interval) }
                position = answer.position
            } catch {
                failed += 1
                if error.code == .rejected || error.code == .badResponse { throw error }
                if failed == 1 {
                    failures.increment()
                    logger.log(
                        level: error.isOutage ? .debug : .warning,
                        "cannot read the changes of the table repo",
                        metadata: ["error": "\(error)"]
                    )
                }
                await sleep(pause(afterFailures: failed))
            }
            if let current = await vectorModel(), current != model { return }
        }
    }

    private func apply(_ changes: [FeedChange]) async {
        guard !changes.isEmpty else { return }
        let hidden = changes.compactMap { change -> String? in
            if case .upsert(let row) = change, row.repo.isPrivate { row.repo.fullName } else { nil }
        }
        if !hidden.isEmpty { hide(Set(hidden)) }
        let applied = await catalog.apply(changes)
        await scan?.apply(applied)
        rows.set(Double(await catalog.count))
    }

    private func pause(afterFailures count: Int) -> Duration {
        Backoff(base: configuration.interval, longest: configuration.longestPause).ceiling(ofAttempt: count)
    }

    private func sleep(_ duration: Duration) async {
        // Only a cancellation ends it early, which the loops look for themselves.
        try? await Task.sleep(for: duration)
    }
}
