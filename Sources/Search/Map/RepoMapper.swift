import Dispatch
package import EmbeddingCore
package import Logging
import Synchronization

/// Makes the map of the repos: when somebody asks for it, and the repos have changed since the last one.
package final class RepoMapper: RepoMapSource {
    /// How it works.
    package struct Configuration: Sendable {
        /// Rows in one read of the table.
        package var pageSize = 500
        /// Repos on the map at most; those with the most stars are taken.
        package var capacity = 20_000
        /// Memory for the vectors from which the axes are found, in bytes.
        package var sampleBytes = 4 << 20
        /// Shortest pause between two looks at the table.
        package var shortestPause: Duration = .seconds(5)
        /// A pause is so many times as long as the work before it, so that maps cost a bounded share of a core.
        package var restFactor = 20

        package init() {}
    }

    private struct State {
        var map: RepoMap?
        var made = 0
    }

    private let feed: any RepoFeed
    private let model: @Sendable () async -> EmbeddingModel?
    private let configuration: Configuration
    private let logger: Logger
    private let state = Mutex(State())
    /// Tells maps of this process from those of another.
    private let origin = String(UInt32.random(in: .min ... .max), radix: 36)
    private let demands: AsyncStream<Void>
    private let demand: AsyncStream<Void>.Continuation
    private let queue = DispatchQueue(label: "embed-star.repo-map", qos: .utility)

    /// - Parameter model: the model in use now; nil while it is not known.
    package init(
        feed: any RepoFeed,
        model: @escaping @Sendable () async -> EmbeddingModel?,
        configuration: Configuration = Configuration(),
        logger: Logger
    ) {
        self.feed = feed
        self.model = model
        self.configuration = configuration
        self.logger = logger
        (demands, demand) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func latestMap() -> RepoMap? {
        demand.yield()
        return state.withLock(\.map)
    }

    /// Its whole life: ends when the task is cancelled.
    package func run() async {
        let clock = ContinuousClock()
        var basis: Basis?
        for await _ in demands {
            let start = clock.now
            do throws(StoreError) {
                basis = try await refresh(basis)
            } catch {
                guard !Task.isCancelled else { return }
                basis = nil
                logger.warning("the map of the repos cannot be made", metadata: ["error": "\(error)"])
            }
            // Only a cancellation ends it early, which ends the loop, too.
            let pause = max(configuration.shortestPause, (clock.now - start) * configuration.restFactor)
            try? await Task.sleep(for: pause)
        }
    }

    /// What a map was made from.
    private struct Basis {
        var model: EmbeddingModel
        var position: FeedPosition
    }

    private func refresh(_ basis: Basis?) async throws(StoreError) -> Basis? {
        guard let model = await model() else { return basis }
        if var basis, basis.model == model {
            let (changes, position) = try await feed.changes(
                since: basis.position,
                limit: 1,
                model: model,
                withVectors: true
            )
            basis.position = changes.isEmpty ? position : basis.position
            if changes.isEmpty { return basis }
        }
        // The position is asked for first, so that no change falls between.
        let position = try await feed.changes(since: nil, limit: 1, model: model, withVectors: true).position
        let landmarks = try await readTable(model)
        guard let points = await place(landmarks) else { return basis }
        state.withLock { state in
            state.made += 1
            state.map = RepoMap(version: "\(origin)-\(state.made)", points: points)
        }
        logger.debug("map made", metadata: ["repos": "\(points.count)"])
        return Basis(model: model, position: position)
    }

    private func readTable(_ model: EmbeddingModel) async throws(StoreError) -> [MapLandmark] {
        var survey = MapSurvey(model: model, configuration)
        var cursor: DocumentID?
        while !Task.isCancelled {
            let page = try await feed.page(
                after: cursor,
                limit: configuration.pageSize,
                model: model,
                withVectors: true
            )
            for row in page { survey.add(row) }
            guard page.count == configuration.pageSize, let last = page.last else { break }
            cursor = last.id
        }
        return survey.finish()
    }

    /// Off the cooperative pool; nil when the task is cancelled meanwhile.
    private func place(_ landmarks: [MapLandmark]) async -> [RepoMap.Point]? {
        let isCancelled = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    let layout = NeighborLayout(isCancelled: { isCancelled.value })
                    let places = layout.positions(of: landmarks.map(\.coordinates))
                    continuation.resume(returning: places.map { zip(landmarks, $0).map { $0.point(at: $1) } })
                }
            }
        } onCancel: {
            isCancelled.raise()
        }
    }
}

/// Raised once, looked at from elsewhere.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var value: Bool { state.load(ordering: .relaxed) }

    func raise() { state.store(true, ordering: .relaxed) }
}
