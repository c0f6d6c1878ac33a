import EmbeddingCore
import HTTP
import JSON

/// `GET /repos`: the repos page by page, or all of them as a stream of lines.
struct RepoListRoute: Sendable {
    /// Rows in one page where the client does not say, and at most.
    private static let pages = (standard: 100, largest: 1000)
    /// Rows that a stream reads at once.
    private static let portion = 500

    let store: any RepoStore

    var endpoint: Endpoint {
        Endpoint(
            method: .get,
            template: "/repos",
            access: .scope(.read),
            produces: nil,
            checkHead: { head in
                guard !MediaType.json.isAccepted(by: head), !MediaType.lines.isAccepted(by: head) else { return }
                throw APIError(
                    .notAcceptable,
                    .invalidRequest,
                    "this route answers with \(MediaType.json) or \(MediaType.lines)"
                )
            },
            handle: list
        )
    }

    @Sendable
    private func list(_ context: RequestContext) async throws -> HTTPResponse {
        let isStream = MediaType.lines.isPreferred(to: .json, by: context.head)
        var fields = try context.query()
        let filter = SearchFilter(&fields, context.caller)
        let listing = RepoListing(filter: filter, isEmbedded: fields.bool("embedded"))
        let limit = fields.integer("limit", in: isStream ? 1...Int(Int32.max) : 1...Self.pages.largest)
        let cursor = fields.cursor()
        try fields.finish()
        let store = context.caller.repos(of: store)
        let first = isStream ? min(limit ?? Self.portion, Self.portion) : limit ?? Self.pages.standard
        let page = try await store.page(of: listing, after: cursor, limit: first)
        if isStream { return Self.stream(listing, store, from: page, limit: limit ?? .max) }
        return .json { json in
            json.key("repos")
            json.array { json in
                for repo in page.repos { json.object { repo.write(to: &$0) } }
            }
            json.member("next", page.next)
        }
    }

    /// A line for each; a fault on the way breaks the stream off, so that nobody takes a part for the whole.
    private static func stream(
        _ listing: RepoListing,
        _ store: any RepoStore,
        from first: RepoPage,
        limit: Int
    ) -> HTTPResponse {
        let body = HTTPResponseBody.stream { writer in
            var (page, rest) = (first, limit)
            while true {
                var lines: [UInt8] = []
                for repo in page.repos { lines += JSONWriter.object { repo.write(to: &$0) } + [0x0A] }
                if !lines.isEmpty { try await writer.write(lines) }
                rest -= page.repos.count
                guard rest > 0, let next = page.next else { return }
                page = try await store.page(of: listing, after: next, limit: min(rest, portion))
            }
        }
        return HTTPResponse(.ok, headers: ["Content-Type": MediaType.lines.description], body: body)
    }
}
