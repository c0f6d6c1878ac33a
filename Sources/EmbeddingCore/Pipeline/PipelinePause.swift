/// That somebody paused the pipeline, for all replicas.
package struct PipelinePause: Sendable, Hashable {
    /// RFC 3339; nil where a program paused it that does not say.
    package var since: String?
    /// The fingerprint of the key that paused it; nil without one.
    package var by: String?

    package init(since: String? = nil, by: String? = nil) {
        self.since = since
        self.by = by
    }
}
