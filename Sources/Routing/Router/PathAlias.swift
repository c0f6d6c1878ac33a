/// Another path under which clients look for a route, by habit or by a slip. It is counted, logged and refused as the route
/// itself.
struct PathAlias: Sendable {
    let path: String
    /// The template of the route.
    let target: String

    /// The aliases of the routes `templates`: those of the table, and each path with a slash at the end. The page's views
    /// have none, for their links are relative.
    static func all(of templates: [String]) -> [PathAlias] {
        let named = table.filter { templates.contains($0.target) }
        let paths = templates.map { PathAlias(path: $0, target: $0) } + named
        return named + paths.filter(\.mayEndWithSlash).map { PathAlias(path: $0.path + "/", target: $0.target) }
    }

    private var mayEndWithSlash: Bool {
        !path.hasSuffix("/") && !path.hasSuffix("...}") && !PageRoutes.views.contains(path)
    }

    private static let table = [
        PathAlias(path: "/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/v1/v1/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/models", target: "/v1/models"),
        // Azure's: the deployment is the model.
        PathAlias(path: "/openai/v1/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/openai/v1/models", target: "/v1/models"),
        PathAlias(path: "/openai/deployments/{deployment}/embeddings", target: "/v1/embeddings"),
        // Cohere's second version differs in nothing that is read or answered here.
        PathAlias(path: "/v2/rerank", target: "/v1/rerank"),
        // TEI's root, which Hugging Face's client calls.
        PathAlias(path: "/", target: "/embed"),
        PathAlias(path: "/healthz", target: "/livez"),
        PathAlias(path: "/ping", target: "/livez"),
    ]
}
