/// A request method (RFC 9110 §9). Methods outside this list are answered 501 by the server.
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"
    case query = "QUERY"

    /// As `Allow` lists them.
    package static func list(_ methods: some Sequence<HTTPMethod>) -> String {
        methods.map(\.rawValue).joined(separator: ", ")
    }
}
