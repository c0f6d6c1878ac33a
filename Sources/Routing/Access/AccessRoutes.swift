import HTTP
import JSON

/// `GET /access`: what the caller may do, for programs that show only what will work.
struct AccessRoutes: Sendable {
    var endpoints: [Endpoint] {
        [
            .immediate(.get, "/access", access: .key) { context in
                var response = HTTPResponse.json { json in
                    let scopes = Scope.allCases.filter(context.caller.scopes.contains)
                    json.member("scopes", scopes.map(\.rawValue))
                    json.member("sees_private", context.caller.seesPrivate)
                }
                response.headers.append("Cache-Control", "no-store")
                return response
            }
        ]
    }
}
