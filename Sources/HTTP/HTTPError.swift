/// A failure with its HTTP answer, for what goes wrong below the routes.
package struct HTTPError: Error, Sendable, Hashable {
    package var status: HTTPStatus
    /// Fit to be shown to the client.
    package var message: String

    package init(_ status: HTTPStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
