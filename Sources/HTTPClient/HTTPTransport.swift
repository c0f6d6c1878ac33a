/// What sends outbound requests; `HTTPClient` in the product, a function in tests.
package protocol HTTPTransport: Sendable {
    /// - Throws: `HTTPClientError`; any status is an answer.
    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse
}
