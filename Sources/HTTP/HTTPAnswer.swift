/// An answer, or how to come by it. Where work is left to do, its task is cancelled when the client goes away.
package enum HTTPAnswer: Sendable {
    package typealias Work = @Sendable () async -> HTTPResponse

    /// Needs no waiting (probes, metrics, full cache hits).
    case now(HTTPResponse)
    /// Has to be waited for, but computes so little between its waits that it runs on the event loop: for microseconds,
    /// not for milliseconds. It saves the ways between threads.
    case brief(Work)
    /// Takes work that would hold an event loop up.
    case later(Work)
}
