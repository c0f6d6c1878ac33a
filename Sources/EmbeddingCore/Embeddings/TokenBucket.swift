/// An allowance that refills steadily. A cost above the capacity waits for a full bucket and leaves a debt.
package struct TokenBucket: Sendable, Hashable {
    package typealias Instant = ContinuousClock.Instant

    package private(set) var capacity: Double
    package private(set) var perSecond: Double
    private var level: Double
    private var updated: Instant

    /// Full at first.
    package init(capacity: Double, perSecond: Double, now: Instant) {
        self.capacity = capacity
        self.perSecond = perSecond
        level = capacity
        updated = now
    }

    /// How long until `cost` may be taken.
    package func wait(for cost: Double, at now: Instant) -> Duration {
        let missing = min(cost, capacity) - level(at: now)
        return missing <= 1e-9 ? .zero : .seconds(missing / perSecond)
    }

    /// How long until `cost` in several parts has been taken.
    package func drain(_ cost: Double, at now: Instant) -> Duration {
        .seconds(max(0, cost - level(at: now)) / perSecond)
    }

    /// Takes `cost`, whether or not that much is there.
    package mutating func take(_ cost: Double, at now: Instant) {
        level = level(at: now) - cost
        updated = now
    }

    /// Gives back what was taken too much, or takes what was taken too little when `amount` is negative.
    package mutating func give(_ amount: Double, at now: Instant) {
        level = min(capacity, level(at: now) + amount)
        updated = now
    }

    /// Changes the allowance from now on.
    package mutating func setRate(perSecond: Double, capacity: Double, at now: Instant) {
        level = min(capacity, level(at: now))
        updated = now
        self.perSecond = perSecond
        self.capacity = capacity
    }

    /// Lowers the level to what the provider says is left.
    package mutating func lower(to remaining: Double, at now: Instant) {
        level = min(level(at: now), remaining)
        updated = now
    }

    /// What may be taken; negative while there is a debt.
    package func level(at now: Instant) -> Double {
        min(capacity, level + max(0, (now - updated) / .seconds(1)) * perSecond)
    }
}
