import EmbeddingCore
import JSON

/// The JSON of Ollama's `/api/embed`, `/api/tags` and `/api/show`.
enum OllamaWire {
    /// Over-long texts are refused rather than cut, because a silent cut could not be counted.
    static func request(model: String, texts: [String]) -> [UInt8] {
        JSONWriter.object(capacity: 256 + texts.count * 256) { json in
            json.member("model", model)
            json.member("input", texts)
            json.member("truncate", false)
        }
    }

    static func show(model: String) -> [UInt8] { JSONWriter.object { $0.member("model", model) } }

    /// Answered once the model is there.
    static func pull(model: String) -> [UInt8] {
        JSONWriter.object { json in
            json.member("model", model)
            json.member("stream", false)
        }
    }

    static func batch(_ body: [UInt8], count: Int, capacity: Int) throws(EmbeddingError) -> EmbeddingBatch {
        var vectors: [[Float]] = []
        var tokens = 0
        try read(body) { reader, key throws(JSONError) in
            switch key {
            case "embeddings": vectors = try reader.readVectors(upTo: count, capacity: capacity)
            case "prompt_eval_count": tokens = try reader.readCount(upTo: Bounds.tokens) ?? 0
            default: try reader.skipValue()
            }
        }
        guard vectors.count == count else {
            throw ProviderFault.unusable(body, "the provider answered \(vectors.count) vectors for \(count) texts")
        }
        return EmbeddingBatch(vectors: vectors, tokens: tokens)
    }

    /// The digest of a model in the answer of `/api/tags`; nil when it is not there. A name without a tag means
    /// `latest`, which servers of the same dialect may leave out as well.
    static func digest(of model: String, in body: [UInt8]) throws(EmbeddingError) -> String? {
        let wanted = model.contains(":") ? model : model + ":latest"
        var found: String?
        try read(body) { reader, key throws(JSONError) in
            guard key == "models", try reader.peek() == UInt8(ascii: "[") else { return try reader.skipValue() }
            try reader.readArray { reader throws(JSONError) in
                var (name, digest): (String?, String?)
                try reader.readObject { reader, key throws(JSONError) in
                    switch key {
                    case "name": name = try reader.readStringIfPresent()
                    case "model": name = try reader.readStringIfPresent() ?? name
                    case "digest": digest = try reader.readStringIfPresent()
                    default: try reader.skipValue()
                    }
                }
                if name == wanted || name == model { found = digest ?? "" }
            }
        }
        return found
    }

    /// Size and context length in the answer of `/api/show`, whose keys start with the architecture's name.
    static func details(_ body: [UInt8]) throws(EmbeddingError) -> (dimensions: Int?, tokens: Int?) {
        var (dimensions, tokens): (Int?, Int?)
        try read(body) { reader, key throws(JSONError) in
            guard key == "model_info", try reader.peek() == UInt8(ascii: "{") else { return try reader.skipValue() }
            try reader.readObject { reader, key throws(JSONError) in
                if key.hasSuffix(".embedding_length") {
                    dimensions = try reader.readCount(upTo: Bounds.dimensions)
                } else if key.hasSuffix(".context_length") {
                    tokens = try reader.readCount(upTo: Bounds.contextLength)
                } else {
                    try reader.skipValue()
                }
            }
        }
        return (dimensions, tokens)
    }

    private static func read(
        _ body: [UInt8],
        _ member: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(EmbeddingError) {
        do {
            try JSONReader.read(body) { reader throws(JSONError) in try reader.readObject(member) }
        } catch {
            throw ProviderFault.unusable(body, "the provider's answer is not the JSON that Ollama writes")
        }
    }
}
