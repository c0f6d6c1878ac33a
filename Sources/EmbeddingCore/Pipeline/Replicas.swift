/// The names of the replicas of one database that are alive, as one of them last heard.
package struct Replicas: Sendable, Hashable {
    /// Those that embed with the model in use.
    package var embedding: [String]
    /// Those whose model is another one, and which embed nothing.
    package var standby: [String]

    package init(embedding: [String] = [], standby: [String] = []) {
        self.embedding = embedding
        self.standby = standby
    }
}
