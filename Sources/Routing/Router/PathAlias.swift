/// Another path under which clients look for a route, by habit or by a slip. It is counted, logged and refused as the route
/// itself.
struct PathAlias: Sendable {
    let path: String
    /// The template of the route.
    let target: String

    static let all = others + slashed.map { PathAlias(path: $0 + "/", target: $0) }

    /// Those that clients also ask for with a slash at the end.
    private static let slashed = [
        "/v1/embeddings", "/v1/models", "/v1/rerank", "/api/embed", "/api/embeddings", "/api/tags", "/embed",
        "/embed_all", "/similarity", "/rerank", "/tokenize", "/decode",
    ]

    private static let others = [
        PathAlias(path: "/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/v1/v1/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/models", target: "/v1/models"),
        // Azure's: the deployment is the model.
        PathAlias(path: "/openai/v1/embeddings", target: "/v1/embeddings"),
        PathAlias(path: "/openai/v1/models", target: "/v1/models"),
        PathAlias(path: "/openai/deployments/{deployment}/embeddings", target: "/v1/embeddings"),
        // TEI's root, which Hugging Face's client calls.
        PathAlias(path: "/", target: "/embed"),
        PathAlias(path: "/healthz", target: "/livez"),
        PathAlias(path: "/ping", target: "/livez"),
    ]
}
