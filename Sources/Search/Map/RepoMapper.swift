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
        /// Repos that became private since the rows of the map under way began to be read; nil while there is none.
        var hidden: Set<String>?

        mutating func show(
            _ points: [RepoMap.Point],
            _ regions: [RepoMap.Region],
            hiding names: Set<String>,
            origin: String
        ) {
            made += 1
            map = RepoMap(version: "\(origin)-\(made)", points: points, regions: regions)
            for index in points.indices where names.contains(points[index].fullName) {
                map?.points[index].isPrivate = true
            }
        }
    }

    private let feed: any RepoFeed
    private let layouts: any MapLayoutStore
    private let model: @Sendable () async -> EmbeddingModel?
    private let configuration: Configuration
    private let logger: Logger
    private let state = Mutex(State())
    /// Tells maps of this process from those of another.
    private let origin = String(UInt32.random(in: .min ... .max), radix: 36)
    private let demands: AsyncStream<Void>
    private let demand: AsyncStream<Void>.Continuation
    private let queue = DispatchQueue(label: "embed-star.repo-map", qos: .utility)

    /// - Parameters:
    ///   - layouts: keeps where the repos lay on the last map.
    ///   - model: the model in use now; nil while it is not known.
    package init(
        feed: any RepoFeed,
        layouts: any MapLayoutStore,
        model: @escaping @Sendable () async -> EmbeddingModel?,
        configuration: Configuration = Configuration(),
        logger: Logger
    ) {
        self.feed = feed
        self.layouts = layouts
        self.model = model
        self.configuration = configuration
        self.logger = logger
        (demands, demand) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func latestMap() -> RepoMap? {
        demand.yield()
        return state.withLock(\.map)
    }

    /// These have become private: at once and not with the next map only.
    package func hide(_ fullNames: Set<String>) {
        state.withLock { state in
            state.hidden?.formUnion(fullNames)
            guard let map = state.map, map.points.contains(where: { !$0.isPrivate && fullNames.contains($0.fullName) })
            else { return }
            state.show(map.points, map.regions, hiding: fullNames, origin: origin)
        }
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
                logger.warning("cannot compute the map", metadata: ["error": "\(error)"])
            }
            // Only a cancellation ends it early, which ends the loop, too.
            let pause = max(configuration.shortestPause, (clock.now - start) * configuration.restFactor)
            try? await Task.sleep(for: pause)
        }
    }

    /// What a map was made from, and where its points lay.
    private struct Basis {
        var model: EmbeddingModel
        var position: FeedPosition
        var layout: MapLayout
    }

    private func refresh(_ basis: Basis?) async throws(StoreError) -> Basis? {
        guard let model = await model() else { return basis }
        if var basis, basis.model == model {
            let (changes, position) = try await feed.changes(
                since: basis.position,
                limit: 1,
                vectorsOf: model
            )
            basis.position = changes.isEmpty ? position : basis.position
            if changes.isEmpty { return basis }
        }
        // The position is asked for first, so that no change falls between.
        let position = try await feed.changes(since: nil, limit: 1, vectorsOf: model).position
        state.withLock { $0.hidden = [] }
        defer { state.withLock { $0.hidden = nil } }
        let landmarks = try await readTable(model)
        var last = basis?.layout
        if last == nil { last = try await layouts.load() }
        if last?.model != model.fingerprint { last = nil }
        guard let drawing = await draw(MapDraft(model: model, landmarks: landmarks, last: last)) else { return basis }
        state.withLock { $0.show(drawing.points, drawing.regions, hiding: $0.hidden ?? [], origin: origin) }
        logger.debug("map made", metadata: ["repos": .stringConvertible(landmarks.count)])
        if drawing.layout != last { await keep(drawing.layout) }
        return Basis(model: model, position: position, layout: drawing.layout)
    }

    /// A layout that is not kept is one that another process may not continue from, and no more.
    private func keep(_ layout: MapLayout) async {
        do throws(StoreError) { try await layouts.save(layout) } catch {
            logger.debug("the map's layout is not kept", metadata: ["error": "\(error)"])
        }
    }

    private func readTable(_ model: EmbeddingModel) async throws(StoreError) -> [MapLandmark] {
        var survey = MapSurvey(model: model, configuration)
        var cursor: DocumentID?
        while !Task.isCancelled {
            let page = try await feed.page(
                after: cursor,
                limit: configuration.pageSize,
                vectorsOf: model
            )
            for row in page { survey.add(row) }
            guard page.count == configuration.pageSize, let last = page.last else { break }
            cursor = last.id
        }
        return survey.finish()
    }

    /// Off the cooperative pool; nil when the task is cancelled meanwhile.
    private func draw(_ draft: MapDraft) async -> MapDraft.Drawing? {
        let isCancelled = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: draft.draw(isCancelled: { isCancelled.value })) }
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
