/// What became possible on a descriptor.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt8

    static let readable = Readiness(rawValue: 1)
    static let writable = Readiness(rawValue: 2)
    /// The peer will send nothing more; what it sent before may still be unread.
    static let inputEnded = Readiness(rawValue: 4)
    /// The peer is gone.
    static let failed = Readiness(rawValue: 8)
}
