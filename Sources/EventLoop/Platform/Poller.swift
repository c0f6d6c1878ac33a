/// What became possible on a descriptor.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// The peer will send nothing more; what it sent before may still be unread.
    package static let inputEnded = Readiness(rawValue: 4)
    /// Neither side will send anything more; what the peer sent before may still be unread.
    package static let hungUp = Readiness(rawValue: 8)
    /// The connection broke.
    package static let failed = Readiness(rawValue: 16)
}

/// What is wanted to be known of a descriptor.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let input = Interest(rawValue: 1)
    package static let output = Interest(rawValue: 2)
    /// Each change is told once (edge-triggered), rather than for as long as it lasts.
    package static let changesOnly = Interest(rawValue: 4)
}
