import EmbeddingCore
import Ingest
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
