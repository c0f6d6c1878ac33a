/// An answer, or how to come by it. Where work is left to do, its task is cancelled when the client goes away.
package enum HTTPAnswer: Sendable {
    package typealias Work = @Sendable () async -> HTTPResponse

    /// Needs no waiting (probes, metrics, full cache hits).
    case now(HTTPResponse)
    /// Has to be waited for, or takes work that would hold an event loop up.
    case later(Work)
}
