import EmbeddingCore
import HTTP
import JSON

/// `/similarity` as TEI has it: how near sentences are to one, by the cosines of their vectors.
struct SimilarityRoute: Sendable {
    private let handler: EmbeddingHandler

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        handler = EmbeddingHandler(services, configuration)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .post,
                template: "/similarity",
                access: .scope(.read),
                dialect: .tei,
                consumes: .json,
                answer: { context in
                    try handler.answer(
                        context,
                        decode: { (try Self.call($0), ()) },
                        respond: { answer, _ in Self.response(answer) }
                    )
                }
            )
        ]
    }

    /// The one sentence first.
    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        try json.requireObject()
        guard let inputs = json["inputs"], let source = inputs["source_sentence"], let others = inputs["sentences"]
        else {
            throw APIError.badRequest("inputs has to have source_sentence and sentences", parameter: "inputs")
        }
        guard source.string != nil, others.array?.allSatisfy({ $0.string != nil }) ?? false else {
            throw APIError.badRequest(
                "source_sentence has to be a string, sentences an array of them",
                parameter: "inputs"
            )
        }
        let parameters = json["parameters"] ?? .object([:])
        try parameters.requireObject()
        var call = try TEIRoutes.call(parameters, inputs: source)
        call.inputs += try others.embeddingInputs("sentences")
        return call
    }

    private static func response(_ answer: EmbeddingHandler.Answer) -> HTTPResponse {
        let vectors = answer.vectors.compactMap { try? $0.get().values }
        let source = vectors.first ?? []
        var json = JSONWriter(capacity: 16 * vectors.count)
        json.array { json in
            for vector in vectors.dropFirst() {
                let cosine = zip(vector, source).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                json.double(cosine.rounded(toPlaces: 6))
            }
        }
        var response = HTTPResponse(.ok, contentType: "application/json", json.bytes)
        response.headers.append("X-Embed-Star-Cache", answer.result.cache.rawValue)
        return response
    }
}
