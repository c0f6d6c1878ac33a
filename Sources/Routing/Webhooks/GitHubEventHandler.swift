import EmbeddingCore
import Ingest
import JSON

/// What each of GitHub's events does to the repo table. Work is enqueued by the table's own outbox, not done here.
struct GitHubEventHandler: Sendable {
    /// The members of a payload that are looked at.
    static let members: Set<String> = ["action", "repository", "organization", "changes"]

    /// Events that carry a repository whose fields are taken over.
    private static let carriers: Set<String> = ["repository", "star", "watch", "push", "public"]

    let store: any RepoStore
    let pipeline: any PipelineControl

    /// - Returns: what became of the event.
    /// - Throws: `APIError` 400 when the payload is not what the event promises; `StoreError`.
    func handle(_ event: String, _ payload: JSONValue) async throws -> String {
        if event == "organization" { return try await organizationAction(payload) }
        guard Self.carriers.contains(event) else { return "ignored: embed-star does not follow this event" }
        guard let repository = payload["repository"] else { throw APIError.badRequest("the payload has no repository") }
        var update: RepoUpdate
        do throws(RepoFault) {
            update = try RepoUpdate(repository)
        } catch {
            throw APIError.badRequest("the repository cannot be read: \(error.reason)")
        }
        if event == "repository", let outcome = try await repositoryAction(payload, &update) { return outcome }
        _ = try await store.upsert([update])
        pipeline.wake()
        return "upserted"
    }

    /// Handles what is more than an upsert. - Returns: nil when the repo is to be upserted.
    private func repositoryAction(_ payload: JSONValue, _ update: inout RepoUpdate) async throws -> String? {
        switch payload["action"]?.string {
        case "deleted":
            return try await store.forget([update]) > 0
                ? "deleted" : "ignored: the repo is not known, or has changed since"
        case "renamed":
            if let name = payload["changes"]?["repository"]?["name"]?["from"]?.string {
                update.formerName = Self.valid("\(update.fullName.prefix { $0 != "/" })/\(name)")
            }
        case "transferred":
            let former = payload["changes"]?["owner"]?["from"]
            if let owner = former?["user"]?["login"]?.string ?? former?["organization"]?["login"]?.string {
                update.formerName = Self.valid("\(owner)/\(update.fullName.drop { $0 != "/" }.dropFirst())")
            }
        case "privatized": update.isPrivate = true
        case "publicized": update.isPrivate = false
        default: break
        }
        return nil
    }

    /// An organization's new name is that of all its repos.
    private func organizationAction(_ payload: JSONValue) async throws -> String {
        guard payload["action"]?.string == "renamed", let name = payload["organization"]?["login"]?.string,
            let former = payload["changes"]?["login"]?["from"]?.string, Self.valid("\(name)/x") != nil,
            Self.valid("\(former)/x") != nil
        else { return "ignored: no organization was renamed" }
        let count = try await store.rename(owner: former, to: name)
        pipeline.wake()
        return "renamed \(count) repos"
    }

    private static func valid(_ fullName: String) -> String? { Repo.isValid(fullName: fullName) ? fullName : nil }
}
