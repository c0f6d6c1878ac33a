import EmbeddingCore
import EventLoop
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
        var text: [UInt8] = []
        text.reserveCapacity(80)
        Self.append("queue;dur=", result.queueTime, to: &text)
        Self.append(", provider;dur=", result.providerTime, to: &text)
        Self.append(", total;dur=", total, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// To a thousandth. The text of three `Double`s took a twentieth of the time of a cached answer.
    private static func append(_ name: StaticString, _ time: Duration, to text: inout [UInt8]) {
        name.withUTF8Buffer { text.append(contentsOf: $0) }
        let (milliseconds, thousandths) = max(0, (time.nanoseconds + 500) / 1000).quotientAndRemainder(dividingBy: 1000)
        text.append(contentsOf: String(milliseconds).utf8)
        text.append(UInt8(ascii: "."))
        for digit in [thousandths / 100, thousandths / 10 % 10, thousandths % 10] { text.append(0x30 + UInt8(digit)) }
        while text.last == 0x30, text[text.count - 2] != UInt8(ascii: ".") { text.removeLast() }
    }
}
