/// What `embed-star drain` did.
package struct DrainSummary: Sendable, Hashable {
    package var embedded = 0
    package var unchanged = 0
    package var excluded = 0
    /// Dead letters.
    package var failed = 0
    package var elapsed: Duration = .zero

    package init() {}

    /// Documents embedded in a second.
    package var ratePerSecond: Double { elapsed > .zero ? Double(embedded) / (elapsed / .seconds(1)) : 0 }
}

/// Why a drain ended early.
package enum DrainError: Error, Sendable, CustomStringConvertible {
    /// The pipeline is paused for all replicas.
    case paused

    package var description: String {
        "the pipeline is paused; resume it with POST /pipeline/resume before draining"
    }
}
