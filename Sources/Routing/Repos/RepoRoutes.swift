import DateTime
import EmbeddingCore
import HTTP
import Ingest
import JSON

/// `/repos`: upsert, look at, delete.
struct RepoRoutes: Sendable {
    private static let maximumArray = 1000

    private let store: any RepoStore
    private let pipeline: any PipelineControl

    init(_ services: ServiceDependencies) {
        store = services.repos
        pipeline = services.pipeline
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(method: .post, template: "/repos", access: .scope(.write), consumes: .jsonOrLines) { context in
                if case .stream(let stream) = context.body {
                    let store = context.caller.repos(of: store)
                    return try await RepoLines(store: store, pipeline: pipeline).upsert(stream)
                }
                return try await upsert(context)
            },
            RepoListRoute(store: store).endpoint,
            Endpoint(method: .get, template: "/repos/{owner}/{name}", access: .scope(.read)) { context in
                let name = try context.repoName()
                guard let repo = try await context.caller.repos(of: store).repo(named: name) else {
                    throw APIError.unknownRepo
                }
                return .json { repo.write(to: &$0) }
            },
            Endpoint(method: .delete, template: "/repos/{owner}/{name}", access: .scope(.write)) { context in
                let name = try context.repoName()
                guard try await context.caller.repos(of: store).delete(named: name) else { throw APIError.unknownRepo }
                return HTTPResponse(.noContent)
            },
        ]
    }

    private func upsert(_ context: RequestContext) async throws -> HTTPResponse {
        var reader = RepoReader()
        reader.feed(context.bytes)
        reader.finish()
        let isList = reader.isList
        guard reader.rejections.isEmpty else {
            throw APIError.invalid(reader.rejections.prefix(100).map { FieldError($0, isInList: isList) })
        }
        guard (1...Self.maximumArray).contains(reader.updates.count) else {
            throw APIError.badRequest(
                "a request must have 1 to \(Self.maximumArray) repos; send more as application/x-ndjson"
            )
        }
        let counts = try await context.caller.repos(of: store).upsert(reader.updates)
        pipeline.wake()
        return .json(.accepted) { counts.write(to: &$0) }
    }
}

extension FieldError {
    fileprivate init(_ rejection: RepoReader.Rejection, isInList: Bool) {
        let place = (isInList ? ["\(rejection.index)"] : []) + [rejection.fault.member].compactMap(\.self)
        self.init(pointer: (["#"] + place).joined(separator: "/"), detail: rejection.fault.reason)
    }
}

extension UpsertCounts {
    func write(to json: inout JSONWriter) {
        json.member("created", created)
        json.member("changed", changed)
        json.member("unchanged", unchanged)
    }
}

extension Repo {
    func write(to json: inout JSONWriter) {
        json.member("full_name", fullName)
        json.member("owner") { $0.member("login", owner) }
        json.member("description", description)
        json.member("language", language)
        json.member("stars", stars)
        json.member("url", url)
        json.member("topics", topics)
        json.member("is_private", isPrivate)
        json.member("is_archived", isArchived)
        json.member("is_fork", isFork)
        json.member("updated_at", updatedAt?.text)
    }
}

extension StoredRepo {
    func write(to json: inout JSONWriter) {
        repo.write(to: &json)
        json.member("embedding") { embedding in
            embedding.member("state", state.rawValue)
            embedding.member("model", model)
            embedding.member("generated_at", generatedAt)
            embedding.member("attempts", attempts)
            embedding.member("last_error", lastError)
        }
    }
}

extension APIError {
    static let unknownRepo = APIError.notFound("there is no such repo")
}

extension RequestContext {
    /// The repo of the path.
    /// - Throws: `APIError` 404 for what cannot be a repo's name.
    func repoName() throws -> String {
        let name = "\(parameters[0])/\(parameters[1])"
        guard Repo.isValid(fullName: name) else { throw APIError.unknownRepo }
        return name
    }
}
