package import EmbeddingCore
import Synchronization

/// Models that are loaded when somebody first asks for them, and dropped when nobody has for a while, or when another one
/// needs their memory.
package final class ResidentModels: Sendable {
    /// How long a model stays that is not asked for.
    package enum KeepAlive: Sendable, Hashable {
        case forever
        case duration(Duration)

        /// Ollama's way of writing it: a number of seconds, or one with a unit; below zero for ever.
        init?(_ text: String) {
            let units = ["s": 1.0, "m": 60, "h": 3600]
            let unit = text.last.flatMap { units[String($0).lowercased()] }
            guard let number = Double(unit == nil ? text : String(text.dropLast())), number.magnitude < 1e7 else {
                return nil
            }
            self = number < 0 ? .forever : .duration(.milliseconds(Int(number * (unit ?? 1) * 1000)))
        }
    }

    /// A model in memory.
    package struct Resident: Sendable {
        package let name: String
        package let service: any EmbeddingService
        /// When it will be dropped, unless it is asked for again; nil for never.
        package let expiry: ContinuousClock.Instant?
    }

    private struct Entry {
        let service: any EmbeddingService
        var users = 0
        var lastUse: ContinuousClock.Instant
    }

    /// How long a caller waits for a model to be loaded.
    private static let patience = Duration.seconds(120)
    private static let interval = Duration.seconds(1)

    package let names: [String]
    private let keepAlive: KeepAlive
    private let time: any TimeSource
    private let load: @Sendable (_ name: String) throws(EmbeddingError) -> any EmbeddingService
    private let flights: [String: SingleFlight<any EmbeddingService>]
    private let entries = Mutex<[String: Entry]>([:])

    /// - Parameter load: takes its time; `.unavailable` when there is no memory until another model goes.
    package convenience init(
        names: [String],
        keepAlive: KeepAlive,
        load: @escaping @Sendable (_ name: String) throws(EmbeddingError) -> any EmbeddingService
    ) {
        self.init(names: names, keepAlive: keepAlive, time: SystemTime(), load: load)
    }

    init(
        names: [String],
        keepAlive: KeepAlive,
        time: any TimeSource,
        load: @escaping @Sendable (_ name: String) throws(EmbeddingError) -> any EmbeddingService
    ) {
        self.names = names
        self.keepAlive = keepAlive
        self.time = time
        self.load = load
        flights = Dictionary(uniqueKeysWithValues: names.map { ($0, SingleFlight(time: time)) })
    }

    /// The models that are in memory now, in the order of their names' list.
    package var residents: [Resident] {
        entries.withLock { entries in
            names.compactMap { name in
                entries[name].map { Resident(name: name, service: $0.service, expiry: expiry(of: $0)) }
            }
        }
    }

    /// The model's service while it is in memory, without loading it.
    func resident(_ name: String) -> (any EmbeddingService)? {
        let now = time.now
        return entries.withLock { entries in
            entries[name]?.lastUse = now
            return entries[name]?.service
        }
    }

    /// Has `body` use a model, which stays in memory meanwhile.
    /// - Throws: what `load` and `body` throw.
    func use<Result>(
        _ name: String,
        _ body: (any EmbeddingService) async throws(EmbeddingError) -> Result
    ) async throws(EmbeddingError) -> Result {
        let service = try await enter(name)
        defer { leave(name) }
        return try await body(service)
    }

    /// Drops what has not been asked for in time, again and again, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            try? await time.sleep(until: time.now + Self.interval)
            expire()
        }
    }

    /// Drops what has not been asked for in time.
    func expire() {
        let now = time.now
        let dropped = entries.withLock { entries in
            let old = entries.filter { $0.value.users == 0 && expiry(of: $0.value).map { $0 <= now } ?? false }
            for name in old.keys { entries[name] = nil }
            return old
        }
        // Memory is returned outside the lock.
        withExtendedLifetime(dropped) {}
    }

    private func expiry(of entry: Entry) -> ContinuousClock.Instant? {
        guard case .duration(let duration) = keepAlive else { return nil }
        return entry.lastUse + duration
    }

    private func enter(_ name: String) async throws(EmbeddingError) -> any EmbeddingService {
        guard let flight = flights[name] else { throw EmbeddingError(.unknownModel, "there is no model \(name)") }
        // Between its load and its use it may have been dropped again.
        for _ in 0..<3 {
            if let service = begin(name) { return service }
            _ = try await flight.value(patience: Self.patience) {
                await BlockingWork.run { self.loadMakingRoom(name) }
            }
        }
        throw EmbeddingError(
            .unavailable,
            "the model \(name) was unloaded before it could be used",
            retryAfter: .seconds(1)
        )
    }

    private func begin(_ name: String) -> (any EmbeddingService)? {
        let now = time.now
        return entries.withLock { entries in
            entries[name]?.users += 1
            entries[name]?.lastUse = now
            return entries[name]?.service
        }
    }

    private func leave(_ name: String) {
        let now = time.now
        entries.withLock { entries in
            entries[name]?.users -= 1
            entries[name]?.lastUse = now
        }
        if keepAlive == .duration(.zero) { expire() }
    }

    /// Drops what nobody uses, the longest unused first, as long as there is no memory for `name`.
    private func loadMakingRoom(_ name: String) -> Result<any EmbeddingService, EmbeddingError> {
        if let present = entries.withLock({ $0[name]?.service }) { return .success(present) }
        while true {
            do {
                let service = try load(name)
                let now = time.now
                entries.withLock { $0[name] = Entry(service: service, lastUse: now) }
                return .success(service)
            } catch {
                guard error.code == .unavailable, dropIdle() else { return .failure(error) }
            }
        }
    }

    /// - Returns: false when every model is in use.
    private func dropIdle() -> Bool {
        let dropped = entries.withLock { entries in
            let idle = entries.filter { $0.value.users == 0 }.min { $0.value.lastUse < $1.value.lastUse }
            return idle.flatMap { entries.removeValue(forKey: $0.key) }
        }
        return dropped != nil
    }
}
