import EmbeddingCore
import JSON

/// The JSON of Gemini's `batchEmbedContents`.
enum GeminiWire {
    static func request(model: String, texts: [String], type: EmbeddingInputType?, dimensions: Int?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + texts.count * 384) { json in
            json.key("requests")
            json.array { json in
                for text in texts { json.object { write(text, model, type, dimensions, to: &$0) } }
            }
        }
    }

    private static func write(
        _ text: String,
        _ model: String,
        _ type: EmbeddingInputType?,
        _ dimensions: Int?,
        to json: inout JSONWriter
    ) {
        json.member("model", "models/\(model)")
        json.member("content") { json in
            json.key("parts")
            json.array { json in json.object { $0.member("text", text) } }
        }
        json.member("taskType", type == .query ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT")
        if let dimensions { json.member("outputDimensionality", dimensions) }
    }

    static func batch(_ body: [UInt8], count: Int, capacity: Int) throws(EmbeddingError) -> EmbeddingBatch {
        var vectors: [[Float]] = []
        do {
            try JSONReader.read(body) { reader throws(JSONError) in
                try reader.readObject { reader, key throws(JSONError) in
                    guard key == "embeddings", try reader.peek() == UInt8(ascii: "[") else {
                        return try reader.skipValue()
                    }
                    try reader.readArray { reader throws(JSONError) in
                        guard vectors.count <= count else { return try reader.skipValue() }
                        vectors.append(try reader.readValues(capacity: capacity))
                    }
                }
            }
        } catch {
            throw ProviderFault.unusable(body, "the provider's answer is not the JSON that Gemini writes")
        }
        guard vectors.count == count else {
            throw ProviderFault.unusable(body, "the provider answered \(vectors.count) vectors for \(count) texts")
        }
        return EmbeddingBatch(vectors: vectors, tokens: 0)
    }
}

extension JSONReader {
    /// The vector of one embedding; an empty one where none stands.
    fileprivate mutating func readValues(capacity: Int) throws(JSONError) -> [Float] {
        var vector: [Float] = []
        guard try peek() == UInt8(ascii: "{") else {
            try skipValue()
            return vector
        }
        try readObject { reader, key throws(JSONError) in
            guard key == "values" else { return try reader.skipValue() }
            vector = try reader.readVectorIfPresent(capacity: capacity)
        }
        return vector
    }
}
