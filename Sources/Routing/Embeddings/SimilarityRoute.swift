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
            handler.endpoint(
                "/similarity",
                .tei,
                decode: { json, _ in (try Self.call(json), ()) },
                respond: { answer, _ in Self.response(answer) }
            )
        ]
    }

    /// The one sentence first.
    private static func call(_ json: JSONValue) throws -> EmbeddingCall {
        guard let inputs = json["inputs"], let source = inputs["source_sentence"], let others = inputs["sentences"]
        else {
            throw APIError.badRequest("inputs must have source_sentence and sentences", parameter: "inputs")
        }
        guard source.string != nil, others.array?.allSatisfy({ $0.string != nil }) ?? false else {
            throw APIError.badRequest(
                "source_sentence must be a string, sentences an array of them",
                parameter: "inputs"
            )
        }
        let parameters = json["parameters"] ?? .object([:])
        try parameters.requireObject()
        var call = try TEIRoutes.call(parameters, inputs: source)
        call.request.inputs += try others.embeddingInputs("sentences")
        // Cosines are of vectors of unit length.
        call.request.isNormalized = true
        return call
    }

    private static func response(_ answer: EmbeddingAnswer) -> HTTPResponse {
        let vectors = answer.vectors.compactMap { try? $0.get().values }
        let source = vectors.first ?? []
        let others = vectors.dropFirst()
        return answer.labeled(
            .elements(others.count, floats: others.count) { json, index in
                let cosine = zip(others[index + 1], source).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                json.double(cosine.rounded(toPlaces: 6))
            }
        )
    }
}
