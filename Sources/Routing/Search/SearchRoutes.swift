import EmbeddingCore
import HTTP
import JSON

/// Search by text or vector, and the neighbours of a repo.
struct SearchRoutes: Sendable {
    private let search: any RepoSearch

    init(_ services: ServiceDependencies) { search = services.search }

    var endpoints: [Endpoint] {
        [
            Endpoint(method: .get, template: "/search", access: .scope(.read), hasEffect: true) { context in
                let query = try SearchQuery(fields: context.query(), context.caller)
                return try await answer(context) { try await search.search(query) }
            },
            Endpoint(method: .post, template: "/search", access: .scope(.read), consumes: .json) { context in
                let query = try SearchQuery(fields: FieldReader(context.json()), context.caller)
                return try await answer(context) { try await search.search(query) }
            },
            Endpoint(method: .get, template: "/repos/{owner}/{name}/similar", access: .scope(.read)) { context in
                var fields = try context.query()
                let filter = SearchFilter(&fields, context.caller)
                let limit = fields.limit()
                try fields.finish()
                let name = try context.repoName()
                return try await answer(context) {
                    try await search.similar(to: name, filter: filter, limit: limit)
                }
            },
        ]
    }

    private func answer(
        _ context: RequestContext,
        _ find: () async throws -> SearchAnswer
    ) async throws -> HTTPResponse {
        let answer = try await find()
        let took = context.elapsed
        return .json { json in
            json.key("results")
            json.array { json in
                for hit in answer.hits { json.object { hit.write(to: &$0) } }
            }
            json.member("mode", answer.mode.rawValue)
            json.member("method", answer.method.rawValue)
            json.member("model", answer.model?.name)
            json.member("coverage", answer.coverage)
            json.member("took_ms", took.milliseconds)
        }
    }
}

extension SearchHit {
    func write(to json: inout JSONWriter) {
        json.member("full_name", repo.fullName)
        json.member("description", repo.description)
        json.member("language", repo.language)
        json.member("stars", repo.stars)
        json.member("url", repo.url)
        json.member("score", score)
        json.member("matched", matched.map(\.rawValue))
    }
}

extension SearchQuery {
    /// - Throws: `APIError` 400.
    init(fields given: FieldReader, _ caller: Caller) throws {
        var fields = given
        // In a query every character may take twelve of the request line's 8 KiB.
        let text = fields.string("q", length: 1...(fields.isQuery ? 500 : 8192))
        let vector = fields.vector("embedding")
        let mode = fields.choice("mode", of: SearchMode.self)
        let filter = SearchFilter(&fields, caller)
        let limit = fields.limit()
        if fields.errors.isEmpty { Self.check(text, vector, mode, &fields) }
        try fields.finish()
        if let vector, !vector.contains(where: { $0.magnitude > 1e-9 }) {
            throw APIError(.badRequest, .invalidRequest, "a zero vector has no direction to search in")
        }
        self.init(
            vector.map(Subject.embedding) ?? .text(text ?? ""),
            mode: mode ?? (vector == nil ? .hybrid : .vector),
            filter: filter,
            limit: limit,
            partition: caller.partition
        )
    }

    private static func check(_ text: String?, _ vector: [Float]?, _ mode: SearchMode?, _ fields: inout FieldReader) {
        switch (text, vector) {
        case (nil, nil): fields.report("q", "q is missing")
        case (.some, .some): fields.report("embedding", "give either q or embedding, not both")
        case (.some(let text), nil):
            if text.allSatisfy(\.isWhitespace) { fields.report("q", "q is blank") }
        case (nil, .some):
            if let mode, mode != .vector { fields.report("mode", "an embedding is searched in mode vector only") }
        }
    }
}

extension SearchFilter {
    init(_ fields: inout FieldReader, _ caller: Caller) {
        self.init(
            language: fields.string("language", length: 1...100),
            minStars: fields.integer("min_stars", in: 0...1_000_000_000),
            owner: fields.string("owner", length: 1...100),
            excludeOwner: fields.string("exclude_owner", length: 1...100),
            minScore: fields.double("min_score", in: -1...1),
            includesPrivate: caller.seesPrivate
        )
    }
}

extension FieldReader {
    /// `limit`, 10 when it is not given.
    mutating func limit() -> Int { integer("limit", in: 1...100) ?? 10 }

    /// Numbers within sane bounds, 8192 at most.
    mutating func vector(_ name: String) -> [Float]? {
        guard let value = take(name) else { return nil }
        guard case .array(let elements) = value, (1...8192).contains(elements.count) else {
            report(name, "\(name) has to be an array of 1 to 8192 numbers")
            return nil
        }
        let numbers = elements.compactMap(\.double).filter { abs($0) <= 1_000_000 }
        guard numbers.count == elements.count else {
            report(name, "\(name) has to hold numbers from -1000000 to 1000000")
            return nil
        }
        return numbers.map { Float($0) }
    }
}
