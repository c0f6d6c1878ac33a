import EmbeddingCore
import SurrealDB

@testable import Storage

let model = EmbeddingModel(provider: "builtin", name: "small", dimensions: 4, revision: "0123456789abcdef")
let otherModel = EmbeddingModel(provider: "builtin", name: "small", dimensions: 3)

/// A vector that points somewhere between the axes.
func vector(_ values: Float..., dimensions: Int = 4) throws -> Embedding {
    let padded = values + Array(repeating: 0, count: dimensions - values.count)
    return try Embedding(validating: padded, dimensions: dimensions)
}

func update(
    _ fullName: String,
    description: String?? = nil,
    language: String?? = nil,
    stars: Int? = nil,
    isPrivate: Bool? = nil,
    updatedAt: String? = nil
) -> RepoUpdate {
    var update = RepoUpdate(fullName: fullName)
    update.description = description
    update.language = language
    update.stars = stars
    update.isPrivate = isPrivate
    update.updatedAt = updatedAt
    return update
}

/// Random numbers that are the same every time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

extension Fixture {
    /// Claims everything that is due.
    func claim(_ token: String, limit: Int = 1000, lease: Duration = .seconds(60)) async throws -> [EmbeddingJob] {
        try await storage.jobs.claim(limit: limit, lease: lease, token: ClaimToken(token))
    }

    /// - Returns: how many were fenced off.
    @discardableResult
    func complete(
        _ jobs: [EmbeddingJob],
        _ token: String,
        model: EmbeddingModel = model,
        _ outcome: (EmbeddingJob) throws -> JobOutcome
    ) async throws -> Int {
        let completions = try jobs.map { JobCompletion(job: $0, outcome: try outcome($0)) }
        return try await storage.jobs.complete(completions, token: ClaimToken(token), model: model)
    }

    /// Embeds everything that is due, all with one vector unless told otherwise.
    func drain(
        model: EmbeddingModel = model,
        _ embedding: (EmbeddingJob) throws -> Embedding = { _ in try vector(1) }
    ) async throws {
        let jobs = try await claim("drain")
        try await complete(jobs, "drain", model: model) { job in
            .embedded(try embedding(job))
        }
    }
}
