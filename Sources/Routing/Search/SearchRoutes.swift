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
                var fields = try FieldReader(context.json())
                let combination = fields.choice("combine", of: QueryCombination.self)
                if combination != nil, !fields.has("queries") { fields.report("combine", "combine needs queries") }
                if combination == .separate, fields.has("cursor") {
                    fields.report("cursor", "answers that are separate have no cursor")
                }
                let query = try SearchQuery(fields: fields, context.caller)
                guard combination == .separate, case .texts(let texts) = query.subject else {
                    return try await answer(context) { try await search.search(query) }
                }
                return try await answers(context, query, texts)
            },
            Endpoint(method: .get, template: "/repos/{owner}/{name}/similar", access: .scope(.read)) { context in
                var fields = try context.query()
                let filter = SearchFilter(search: &fields, context.caller)
                let limit = fields.limit()
                let cursor = fields.cursor()
                try fields.finish()
                let name = try context.repoName()
                return try await answer(context) {
                    try await search.similar(to: name, filter: filter, limit: limit, cursor: cursor)
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
            answer.write(to: &json)
            json.member("took_ms", took.milliseconds.rounded(toPlaces: 2))
        }
    }

    /// An answer for each text, in their order.
    private func answers(
        _ context: RequestContext,
        _ query: SearchQuery,
        _ texts: [String]
    ) async throws -> HTTPResponse {
        var answers: [SearchAnswer] = []
        for text in texts {
            var single = query
            single.subject = .text(text)
            var answer = try await search.search(single)
            answer.next = nil
            answers.append(answer)
        }
        let took = context.elapsed
        return .json { json in
            json.key("answers")
            json.array { json in
                for answer in answers { json.object { answer.write(to: &$0) } }
            }
            json.member("took_ms", took.milliseconds.rounded(toPlaces: 2))
        }
    }
}

/// What becomes of several texts: one answer for all of them, or one for each.
private enum QueryCombination: String, CaseIterable { case fused, separate }

extension SearchAnswer {
    func write(to json: inout JSONWriter) {
        json.key("results")
        json.array { json in
            for hit in hits { json.object { hit.write(to: &$0) } }
        }
        json.member("mode", mode.rawValue)
        json.member("method", method.rawValue)
        if let reason { json.member("reason", reason) }
        json.member("model", model?.name)
        json.member("coverage", coverage.rounded(toPlaces: 4))
        json.member("weak", isWeak)
        if let reranker { json.member("reranked_by", reranker) }
        json.member("next", next)
    }
}

extension SearchHit {
    func write(to json: inout JSONWriter) {
        repo.write(to: &json)
        json.member("embedded", isEmbedded)
        json.member("score", score.rounded(toPlaces: 4))
        json.member("similarity", similarity?.rounded(toPlaces: 4))
        json.member("matched", matched.map(\.rawValue))
    }
}

extension SearchQuery {
    /// - Throws: `APIError` 400.
    init(fields given: FieldReader, _ caller: Caller) throws {
        var fields = given
        let subject = Subject(&fields)
        let mode = fields.choice("mode", of: SearchMode.self)
        let filter = SearchFilter(search: &fields, caller)
        let limit = fields.limit()
        let takesReranker = !fields.isQuery && !(subject?.isOfVectors ?? false)
        let reranks = takesReranker ? fields.bool("rerank") : nil
        let cursor = fields.cursor()
        if let mode, mode != .vector, subject?.isOfVectors ?? false {
            fields.report("mode", "vectors are searched in mode vector only")
        }
        try fields.finish()
        guard let subject else { throw APIError(.badRequest, .invalidRequest, "q is missing") }
        if case .embedding(let vector) = subject, !vector.contains(where: { $0.magnitude > 1e-9 }) {
            throw APIError(.badRequest, .invalidRequest, "a zero vector has no direction to search in")
        }
        self.init(
            subject,
            mode: mode ?? (subject.isOfVectors ? .vector : .hybrid),
            filter: filter,
            limit: limit,
            cursor: cursor,
            partition: caller.partition
        )
        self.reranks = reranks ?? false
    }
}

extension SearchQuery.Subject {
    /// Whether it needs no text to be embedded, and allows none to be matched.
    fileprivate var isOfVectors: Bool {
        switch self {
        case .text, .texts: false
        case .embedding, .examples: true
        }
    }

    /// Reads the one of the fields that is given; nil, with the reason reported, when it is wrong.
    fileprivate init?(_ fields: inout FieldReader) {
        let names = fields.isQuery ? ["q"] : ["q", "queries", "embedding", "like"]
        let given = names.filter { fields.has($0) }
        if given.count > 1 { fields.report(given[1], "give one of \(names.joined(separator: ", "))") }
        // In a query every character may take twelve of the request line's 8 KiB.
        let longest = fields.isQuery ? 500 : 8192
        let text = fields.string("q", length: 1...longest)
        let texts = fields.isQuery ? nil : fields.strings("queries", count: 1...10, length: 1...longest)
        let vector = fields.isQuery ? nil : fields.vector("embedding")
        let like = fields.isQuery ? nil : fields.strings("like", count: 1...20, length: 3...200)
        let unlike = fields.isQuery ? nil : fields.strings("unlike", count: 1...20, length: 3...200)
        if unlike != nil, like == nil { fields.report("unlike", "unlike needs like") }
        if given.isEmpty { fields.report("q", "q is missing") }
        for (name, text) in (text.map { [("q", $0)] } ?? []) + (texts ?? []).map({ ("queries", $0) })
        where text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            fields.report(name, "\(name) is blank")
        }
        if let text {
            self = .text(text)
        } else if let texts {
            self = .texts(texts)
        } else if let vector {
            self = .embedding(vector)
        } else if let like {
            self = .examples(like: like, unlike: unlike ?? [])
        } else {
            return nil
        }
    }
}

extension FieldReader {
    /// `limit`, 10 when it is not given.
    mutating func limit() -> Int { integer("limit", in: 1...100) ?? 10 }

    /// Numbers within sane bounds, 8192 at most.
    mutating func vector(_ name: String) -> [Float]? {
        guard let value = take(name) else { return nil }
        guard case .array(let elements) = value, (1...8192).contains(elements.count) else {
            report(name, "\(name) must be an array of 1 to 8192 numbers")
            return nil
        }
        let numbers = elements.compactMap(\.double).filter { abs($0) <= 1_000_000 }
        guard numbers.count == elements.count else {
            report(name, "\(name) must contain numbers from -1000000 to 1000000")
            return nil
        }
        return numbers.map { Float($0) }
    }
}
