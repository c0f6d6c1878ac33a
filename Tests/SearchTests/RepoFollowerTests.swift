import EmbeddingCore
import Synchronization
import Telemetry
import Testing

@testable import Search

@Suite struct RepoFollowerTests {
    @Test(.timeLimit(.minutes(1)))
    func `it loads the table page by page, follows changes, and survives an outage`() async throws {
        let table = MemoryTable()
        for number in 0..<25 {
            table.set(Samples.row(number, Repo(fullName: "o/repo-\(number)"), Samples.vector(number % 8)))
        }
        let catalog = try RepoCatalog(logger: Samples.logger)
        let scan = VectorScan(catalog: catalog, fallback: MemoryTable(), threads: 1)
        var configuration = RepoFollower.Configuration()
        configuration.pageSize = 10
        configuration.interval = .milliseconds(1)
        configuration.longestPause = .milliseconds(5)
        let hidden = Hidden()
        let follower = RepoFollower(
            feed: table,
            catalog: catalog,
            scan: scan,
            model: { Samples.model },
            hide: { hidden.note($0) },
            configuration: configuration,
            metrics: MetricsRegistry(),
            logger: Samples.logger
        )
        let task = Task { await follower.run() }
        try await Samples.until { scan.isLoaded(for: Samples.model) }
        #expect(await catalog.count == 25)
        table.fail(with: StoreError(.unavailable, "gone"))
        #expect(hidden.names.isEmpty)
        table.set(Samples.row(1, Repo(fullName: "o/repo-1", isPrivate: true), Samples.vector(3)))
        table.set(Samples.row(30, Repo(fullName: "o/late"), Samples.vector(3)))
        table.delete(Samples.id(0))
        table.fail(with: nil)
        try await Samples.until { await catalog.repo(named: "o/repo-0") == nil }
        #expect(await catalog.repo(named: "o/late") != nil)
        #expect(try await scan.vector(of: "o/repo-0", model: Samples.model, includesPrivate: true) == nil)
        #expect(try await scan.vector(of: "o/late", model: Samples.model, includesPrivate: true) != nil)
        #expect(hidden.names == ["o/repo-1"])
        task.cancel()
        await task.value
    }

    private final class Hidden: Sendable {
        private let state = Mutex<Set<String>>([])

        var names: Set<String> { state.withLock { $0 } }

        func note(_ names: Set<String>) { state.withLock { $0.formUnion(names) } }
    }
}
