import HTTP

/// What an endpoint makes of a request: as `HTTPAnswer`, with errors that are still to be put into words.
enum EndpointAnswer: Sendable {
    typealias Work = @Sendable () async throws -> HTTPResponse

    case now(HTTPResponse)
    case brief(Work)
    case later(Work)
}
