import EmbeddingCore
import JSON

/// Voyage AI's `POST /v1/embeddings` (https://docs.voyageai.com/reference/embeddings-api), which answers as OpenAI's.
enum VoyageWire {
    /// Over-long texts are refused rather than cut, because a silent cut could not be counted.
    @Sendable static func request(_ model: String, _ call: ProviderCall, _ encoding: OpenAIWire.Encoding?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + call.inputs.count * 256) { json in
            json.member("model", model)
            json.key("input")
            json.array { json in
                for case .text(let text) in call.inputs { json.string(text) }
            }
            if let type = call.type { json.member("input_type", type.rawValue) }
            json.member("truncation", false)
            if let dimensions = call.dimensions { json.member("output_dimension", dimensions) }
            // The contract knows base64 and, left out, numbers.
            if encoding == .base64 { json.member("encoding_format", "base64") }
        }
    }

    /// What the contract allows; the fewest tokens of all for a model that is not named there.
    static func limits(of model: String) -> EmbeddingLimits {
        let tokensPerCall =
            switch model {
            case "voyage-3.5-lite", "voyage-3-lite": 1_000_000
            case "voyage-3.5", "voyage-3", "voyage-2": 320_000
            default: 120_000
            }
        let tokensPerText = ModelCard.named(model)?.tokens ?? 32_000
        return EmbeddingLimits(items: 1000, tokensPerText: tokensPerText, tokensPerCall: tokensPerCall)
    }
}
