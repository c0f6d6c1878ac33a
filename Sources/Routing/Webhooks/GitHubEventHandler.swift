import EmbeddingCore
import JSON

/// What each of GitHub's events does to the repo table. Work is enqueued by the table's own outbox, not done here.
struct GitHubEventHandler: Sendable {
    /// The members of a payload that are looked at.
    static let members: Set<String> = ["action", "repository", "changes"]

    /// Events that carry a repository whose fields are taken over.
    private static let carriers: Set<String> = ["repository", "star", "watch", "push", "public"]

    let store: any RepoStore
    let pipeline: any PipelineControl

    /// - Returns: what became of the event.
    /// - Throws: `APIError` 400 when the payload is not what the event promises; `StoreError`.
    func handle(_ event: String, _ payload: JSONValue) async throws -> String {
        guard Self.carriers.contains(event) else { return "ignored: embed-star does not follow this event" }
        guard let repository = payload["repository"] else { throw APIError.badRequest("the payload has no repository") }
        var update = try RepoUpdate(github: repository)
        if event == "repository", let outcome = try await repositoryAction(payload, &update) { return outcome }
        _ = try await store.upsert([update])
        pipeline.wake()
        return "upserted"
    }

    /// Handles what is more than an upsert. - Returns: nil when the repo is to be upserted.
    private func repositoryAction(_ payload: JSONValue, _ update: inout RepoUpdate) async throws -> String? {
        switch payload["action"]?.string {
        case "deleted":
            return try await store.delete(named: update.fullName) ? "deleted" : "ignored: the repo is not known"
        case "renamed":
            if let name = payload["changes"]?["repository"]?["name"]?["from"]?.string {
                try await move(from: "\(update.fullName.prefix { $0 != "/" })/\(name)", to: update.fullName)
            }
        case "transferred":
            let former = payload["changes"]?["owner"]?["from"]
            if let owner = former?["user"]?["login"]?.string ?? former?["organization"]?["login"]?.string {
                let name = update.fullName.drop { $0 != "/" }.dropFirst()
                try await move(from: "\(owner)/\(name)", to: update.fullName)
            }
        case "privatized": update.isPrivate = true
        case "publicized": update.isPrivate = false
        default: break
        }
        return nil
    }

    private func move(from former: String, to name: String) async throws {
        guard Repo.isValid(fullName: former), former != name else { return }
        _ = try await store.rename(former, to: name)
    }
}

extension RepoUpdate {
    /// The fields of a repository object of GitHub's API and webhooks. What is not of the expected type, or beyond
    /// the bounds of `POST /repos`, counts as absent: GitHub's schema grows.
    /// - Throws: `APIError` 400 when it has no usable `full_name`.
    init(github json: JSONValue) throws {
        guard let name = json["full_name"]?.string, Repo.isValid(fullName: name) else {
            throw APIError.badRequest("the repository has no valid full_name")
        }
        self.init(fullName: name)
        owner = (json["owner"]?["login"] ?? json["owner"]?["name"])?.string.flatMap { Self.bounded($0, 100) }
        if let value = json["description"] { description = .some(value.string.flatMap { Self.bounded($0, 131_072) }) }
        if let value = json["language"] { language = .some(value.string.flatMap { Self.bounded($0, 100) }) }
        stars = json["stargazers_count"]?.integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
        url = json["html_url"]?.string.flatMap { Self.bounded($0, 2048) }
        if case .array(let values) = json["topics"] {
            topics = values.prefix(100).compactMap { $0.string.flatMap { Self.bounded($0, 100) } }
        }
        isPrivate = json["private"]?.bool
        updatedAt = json["updated_at"]?.string.flatMap { Timestamp.isValid($0) ? $0 : nil }
        githubID = json["id"]?.integer
    }

    private static func bounded(_ text: String, _ limit: Int) -> String? {
        text.utf8.count <= limit && !text.utf8.contains(0) ? text : nil
    }
}
