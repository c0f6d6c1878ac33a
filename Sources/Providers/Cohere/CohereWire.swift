import EmbeddingCore
import JSON

/// The JSON of Cohere's `POST /v2/embed`.
enum CohereWire {
    /// Over-long texts are refused rather than cut, because a silent cut could not be counted.
    static func request(model: String, texts: [String], type: EmbeddingInputType?, dimensions: Int?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + texts.count * 256) { json in
            json.member("model", model)
            json.member("texts", texts)
            json.member("input_type", type == .query ? "search_query" : "search_document")
            // Of the types there are, the one that needs no reckoning back.
            json.member("embedding_types", ["float"])
            json.member("truncate", "NONE")
            if let dimensions { json.member("output_dimension", dimensions) }
        }
    }

    static func batch(_ body: [UInt8], count: Int, capacity: Int) throws(EmbeddingError) -> EmbeddingBatch {
        var vectors: [[Float]] = []
        var tokens = 0
        do {
            try JSONReader.read(body) { reader throws(JSONError) in
                try reader.readObject { reader, key throws(JSONError) in
                    switch key {
                    case "embeddings" where try reader.peek() == UInt8(ascii: "{"):
                        try reader.readObject { reader, key throws(JSONError) in
                            guard key == "float" else { return try reader.skipValue() }
                            vectors = try reader.readVectors(upTo: count, capacity: capacity)
                        }
                    case "meta" where try reader.peek() == UInt8(ascii: "{"):
                        tokens = try reader.readCount(named: "input_tokens", in: "billed_units")
                    default: try reader.skipValue()
                    }
                }
            }
        } catch {
            throw ProviderFault.unusable(body, "the provider's answer is not the JSON that Cohere writes")
        }
        guard vectors.count == count else {
            throw ProviderFault.unusable(body, "the provider answered \(vectors.count) vectors for \(count) texts")
        }
        return EmbeddingBatch(vectors: vectors, tokens: tokens)
    }
}

extension JSONReader {
    /// The count `name` in the object `outer` of the object that comes; 0 without.
    fileprivate mutating func readCount(named name: String, in outer: String) throws(JSONError) -> Int {
        var count = 0
        try readObject { reader, key throws(JSONError) in
            guard key == outer, try reader.peek() == UInt8(ascii: "{") else { return try reader.skipValue() }
            try reader.readObject { reader, key throws(JSONError) in
                guard key == name else { return try reader.skipValue() }
                count = try reader.readCount(upTo: Bounds.tokens) ?? 0
            }
        }
        return count
    }
}
