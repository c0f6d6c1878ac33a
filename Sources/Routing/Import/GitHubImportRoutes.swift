import EmbeddingCore
import HTTP
import JSON

/// `/import/github`: somebody's starred repos, read from GitHub's API beside all other work.
struct GitHubImportRoutes: Sendable {
    private let imports: any StarImportControl

    init(_ services: ServiceDependencies) { imports = services.starImports }

    var endpoints: [Endpoint] {
        [
            Endpoint(method: .post, template: "/import/github", access: .scope(.admin), consumes: .json, handle: begin),
            .immediate(.get, "/import/github", access: .scope(.admin)) { _ in
                .json { json in
                    if let status = imports.current { status.write(to: &json) } else { json.member("state", "idle") }
                }
            },
        ]
    }

    @Sendable
    private func begin(_ context: RequestContext) async throws -> HTTPResponse {
        var fields = FieldReader(try context.json())
        let user = fields.string("user", length: 1...100)
        let prune = fields.bool("prune") ?? false
        if user == nil, fields.errors.isEmpty { fields.report("user", "user is missing") }
        let request = user.flatMap { StarImportRequest(user: $0, removesUnstarred: prune) }
        if user != nil, request == nil { fields.report("user", "user must be a GitHub login, or @me") }
        try fields.finish()
        guard let request, let status = imports.begin(request) else {
            throw APIError(.conflict, .invalidRequest, "an import is running; GET /import/github shows its progress")
        }
        return .json(.accepted) { status.write(to: &$0) }
    }
}

extension StarImportStatus {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("state", state.rawValue)
        json.member("user", request.user)
        json.member("prune", request.removesUnstarred)
        json.member("pages", progress.pages)
        json.member("unchanged_pages", progress.unchangedPages)
        progress.counts.write(to: &json)
        json.member("rejected", progress.rejected)
        json.member("removed", progress.removed)
        json.member("waiting_until", progress.waitingUntil)
        json.member("error", error)
    }
}
