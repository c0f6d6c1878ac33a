/// What all replicas of one database share, as one of them finds it.
package struct SharedState: Sendable, Hashable {
    /// Nil while the pipeline is not paused, for all of them.
    package var pause: PipelinePause?
    package var model: ModelInUse
    package var replicas: Replicas
    /// Another one says that rows may have changed without anybody having been told.
    package var epoch: String

    package init(
        pause: PipelinePause? = nil,
        model: ModelInUse = .own,
        replicas: Replicas = Replicas(),
        epoch: String = ""
    ) {
        self.pause = pause
        self.model = model
        self.replicas = replicas
        self.epoch = epoch
    }
}

/// The model that the rows are embedded with, as a replica sees it: one at a time for all, so that replicas which disagree
/// do not embed the tables in turn.
package enum ModelInUse: Sendable, Hashable {
    case own
    /// - `name`: what it is known by, its fingerprint first.
    /// - `isHeld`: whether a replica that embeds with it has been seen lately.
    case other(name: String, isHeld: Bool)
}
