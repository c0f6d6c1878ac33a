import EmbeddingCore

/// Whether the rows are embedded with this replica's model. While others embed them with another one it waits; it takes
/// over when none of those has been seen for so long that an outage of the database, which cuts off all alike, would
/// have been over.
struct ModelTenure {
    typealias Instant = ContinuousClock.Instant

    enum State: Hashable {
        case unknown
        case held
        /// The name of the model in use.
        case waiting(String)
    }

    /// How long the others have to be silent.
    let patience: Duration
    private(set) var state = State.unknown
    /// The others, as last seen: whether one of them is there.
    private(set) var othersAreThere = false
    private var silentSince: Instant?

    init(patience: Duration) { self.patience = patience }

    var isHeld: Bool { state == .held }

    /// The model in use where it is not ours.
    var other: String? { if case .waiting(let name) = state { name } else { nil } }

    /// Whether to take over, if then still nobody of the others is there.
    func takesOver(at now: Instant) -> Bool { silentSince.map { now >= $0 + patience } ?? false }

    /// - Returns: whether the state is another.
    mutating func observe(_ model: ModelInUse, at now: Instant) -> Bool {
        let old = state
        switch model {
        case .own:
            state = .held
            silentSince = nil
        case .other(let name, let isHeld):
            state = .waiting(name)
            othersAreThere = isHeld
            silentSince = isHeld ? nil : silentSince ?? now
        }
        return state != old
    }

    /// The database did not answer: who could not be heard need not be gone.
    mutating func losesSight() { silentSince = nil }

    /// Our model is another.
    mutating func reset() {
        state = .unknown
        silentSince = nil
    }
}
