import EmbeddingCore
import HTTP
import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reranking by a cross-encoder: `/rerank` as TEI has it, `/v1/rerank` as Cohere and Jina have it. Infinity has theirs at
/// `/rerank`, which is told from TEI's by the name of the documents.
struct RerankRoutes: Sendable {
    private let reranker: (any Reranker)?
    private let handler: EmbeddingHandler

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        reranker = services.reranker
        handler = EmbeddingHandler(services, configuration)
    }

    var endpoints: [Endpoint] {
        [
            .reading(.post, "/rerank", .tei, consumes: .json) { context in
                let json = try context.object()
                guard json["texts"] ?? .null != .null || json["documents"] ?? .null == .null else {
                    return try await cohere(json, context)
                }
                let returnsText = try json.optional("return_text", "true or false", \.bool) ?? false
                let question = try question(json, documents: "texts", returnsText: returnsText)
                return Self.tei(try await rank(question).ranked, question)
            },
            .reading(.post, "/v1/rerank", .openAI, consumes: .json) { context in
                try await cohere(context.object(), context)
            },
        ]
    }

    private func cohere(_ json: JSONValue, _ context: RequestContext) async throws -> HTTPResponse {
        let returnsText = try json.optional("return_documents", "true or false", \.bool) ?? false
        let most = try json.optional("top_n", "a whole number from 1 on") { value in
            value.integer.flatMap { $0 >= 1 ? $0 : nil }
        }
        let name = try json.optional("model", "a string", \.string)
        let question = try question(json, documents: "documents", returnsText: returnsText)
        let answer = try await rank(question)
        return Self.cohere(answer, question, most: most, model: name, id: context.requestID)
    }

    private struct Question: Sendable {
        var query: String
        var documents: [String]
        var returnsText: Bool
        /// Whether scores are the model's logits.
        var isRaw: Bool

        func score(_ logit: Float) -> Double { isRaw ? Double(logit) : RerankRoutes.likelihood(logit) }
    }

    private struct Ranked: Sendable {
        /// The best first.
        var ranked: [(index: Int, score: Float)]
        var tokens: Int
        var model: String
    }

    private func question(_ json: JSONValue, documents name: String, returnsText: Bool) throws -> Question {
        guard let query = json["query"]?.string, !query.isEmpty else {
            throw APIError(.badRequest, .empty, "query must be a string that is not empty", parameter: "query")
        }
        guard let elements = json[name]?.array, !elements.isEmpty else {
            throw APIError(.badRequest, .empty, "\(name) must be an array of strings", parameter: name)
        }
        try handler.check(count: elements.count, of: name)
        // Cohere's documents may be objects with a text.
        let texts = elements.compactMap { $0.string ?? $0["text"]?.string }
        guard texts.count == elements.count else {
            throw APIError.badRequest("\(name) must contain strings, or objects with a text", parameter: name)
        }
        let isRaw = try json.optional("raw_scores", "true or false", \.bool) ?? false
        return Question(query: query, documents: texts, returnsText: returnsText, isRaw: isRaw)
    }

    private func rank(_ question: Question) async throws -> Ranked {
        guard let reranker else {
            throw APIError(
                .notImplemented,
                .unavailable,
                "no reranker is loaded: set RERANK_MODEL to a cross-encoder; /similarity compares vectors and needs none"
            )
        }
        let result = try await reranker.rerank(question.documents, for: question.query)
        let ranked = result.scores.enumerated().map { (index: $0, score: $1) }
        return Ranked(
            ranked: ranked.sorted { ($0.score, $1.index) > ($1.score, $0.index) },
            tokens: result.tokens,
            model: reranker.modelName
        )
    }

    private static func tei(_ ranked: [(index: Int, score: Float)], _ question: Question) -> HTTPResponse {
        var json = JSONWriter(capacity: 64 * ranked.count)
        json.array { json in
            for (index, score) in ranked {
                json.object { hit in
                    hit.member("index", index)
                    hit.member("score", question.score(score))
                    if question.returnsText { hit.member("text", question.documents[index]) }
                }
            }
        }
        return HTTPResponse(.ok, contentType: "application/json", json.bytes)
    }

    /// With what Cohere's clients and Jina's look for.
    private static func cohere(
        _ answer: Ranked,
        _ question: Question,
        most: Int?,
        model: String?,
        id: String
    ) -> HTTPResponse {
        .json { json in
            json.member("id", id)
            json.member("object", "list")
            json.member("model", model ?? answer.model)
            json.key("results")
            json.array { json in
                for (index, score) in answer.ranked.prefix(most ?? .max) {
                    json.object { hit in
                        hit.member("index", index)
                        hit.member("relevance_score", question.score(score))
                        if question.returnsText {
                            hit.member("document") { $0.member("text", question.documents[index]) }
                        }
                    }
                }
            }
            json.member("usage") { $0.member("total_tokens", answer.tokens) }
            json.member("meta") { meta in
                meta.member("api_version") { $0.member("version", "1") }
                meta.member("billed_units") { $0.member("search_units", 1) }
            }
        }
    }

    /// The logistic function, which makes a likelihood of a model's logit.
    private static func likelihood(_ score: Float) -> Double { (1 / (1 + exp(-Double(score)))).rounded(toPlaces: 6) }
}
