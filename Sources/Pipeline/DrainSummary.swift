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
package enum DrainError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The pipeline is paused for all replicas.
    case paused
    /// Replicas are there that embed with another model, which is given.
    case otherModel(String)

    package var description: String {
        switch self {
        case .paused: "the pipeline is paused; resume it with POST /pipeline/resume before draining"
        case .otherModel(let name):
            "running replicas embed the rows with \(name), not with our model\n"
                + "stop them, configure them alike, or switch to ours with `embed-star model use`"
        }
    }
}
