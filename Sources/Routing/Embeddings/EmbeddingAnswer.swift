import EmbeddingCore
import HTTP
import JSON

/// Vectors with what there is to say of them.
struct EmbeddingAnswer: Sendable {
    var vectors: [Result<Embedding, EmbeddingError>]
    var result: EmbeddingResult
    /// Since the request was complete.
    var total: Duration

    /// A JSON answer whose vectors are written by `element`, one by one, between what `start` and `end` write; `fault`
    /// writes what stands in the place of one that is missing.
    func response(
        start: @escaping @Sendable (inout JSONWriter) -> Void = { $0.open(UInt8(ascii: "[")) },
        element: @escaping @Sendable (inout JSONWriter, Int, [Float]) -> Void = { $0.vector($2) },
        fault: @escaping @Sendable (inout JSONWriter, Int, EmbeddingError) -> Void = { json, _, _ in json.null() },
        end: @escaping @Sendable (inout JSONWriter) -> Void = { $0.close(UInt8(ascii: "]")) }
    ) -> HTTPResponse {
        let floats = vectors.count * result.model.dimensions
        let write: @Sendable (inout JSONWriter, Int) -> Void = { [vectors] json, index in
            switch vectors[index] {
            case .success(let vector): element(&json, index, vector.values)
            case .failure(let error): fault(&json, index, error)
            }
        }
        return labeled(.elements(vectors.count, floats: floats, start: start, element: write, end: end))
    }

    /// With the fields that tell how the vectors were come by.
    func labeled(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers.append("X-Embed-Star-Cache", result.cache.rawValue)
        response.headers.append("Server-Timing", serverTiming)
        return response
    }

    /// Milliseconds spent waiting for a batch, in the provider, and in all.
    private var serverTiming: String {
        "queue;dur=\(result.queueTime.milliseconds), provider;dur=\(result.providerTime.milliseconds), "
            + "total;dur=\(total.milliseconds)"
    }
}
