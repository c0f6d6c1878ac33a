import EmbeddingCore
import JSON

/// The JSON of Voyage AI's `POST /v1/embeddings`.
enum VoyageWire {
    /// Over-long texts are refused rather than cut, because a silent cut could not be counted.
    static func request(model: String, _ call: ProviderCall, encoding: OpenAIWire.Encoding?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + call.inputs.count * 256) { json in
            json.member("model", model)
            json.key("input")
            json.array { json in
                for case .text(let text) in call.inputs { json.string(text) }
            }
            if let type = call.type { json.member("input_type", type == .query ? "query" : "document") }
            json.member("truncation", false)
            if let dimensions = call.dimensions { json.member("output_dimension", dimensions) }
            // The contract knows base64 and, left out, numbers.
            if encoding == .base64 { json.member("encoding_format", "base64") }
        }
    }
}
