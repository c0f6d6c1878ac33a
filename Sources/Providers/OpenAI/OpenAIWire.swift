import EmbeddingCore
import JSON

/// The JSON of `POST /v1/embeddings`, which OpenAI, Together AI and many servers speak.
enum OpenAIWire {
    /// The request's body; what is not asked for is left out.
    @Sendable static func request(_ model: String, _ call: ProviderCall, _ encoding: Encoding?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + call.inputs.count * 256) { json in
            json.member("model", model)
            json.key("input")
            json.array { json in
                for input in call.inputs {
                    switch input {
                    case .text(let text): json.string(text)
                    case .tokens(let tokens): json.array { json in for token in tokens { json.integer(token) } }
                    }
                }
            }
            if let encoding { json.member("encoding_format", encoding.rawValue) }
            if let dimensions = call.dimensions { json.member("dimensions", dimensions) }
        }
    }

    /// How vectors come back.
    enum Encoding: String, Sendable { case base64, float }

    /// The answer's vectors in the order of the inputs, matched by `index` where it is given.
    /// - Parameter count: how many are expected.
    static func batch(_ body: [UInt8], count: Int, capacity: Int) throws(EmbeddingError) -> EmbeddingBatch {
        var parsed = Parsed(count: count, capacity: capacity)
        do {
            try JSONReader.read(body) { reader throws(JSONError) in try parsed.read(&reader) }
        } catch {
            throw ProviderFault.unusable(body, "the provider's answer is not the JSON of an embedding response")
        }
        guard let vectors = parsed.orderedVectors else {
            throw ProviderFault.unusable(
                body,
                "the provider answered \(parsed.received) vectors for \(count) texts, or numbered them wrongly"
            )
        }
        return EmbeddingBatch(vectors: vectors, tokens: parsed.tokens)
    }

    private struct Parsed {
        let count: Int
        let capacity: Int
        var vectors: [[Float]?]
        var received = 0
        var isMisplaced = false
        /// Whether every vector came with its number, so that those which are absent are known.
        var isNumbered = true
        var tokens = 0

        init(count: Int, capacity: Int) {
            self.count = count
            self.capacity = capacity
            vectors = Array(repeating: nil, count: count)
        }

        mutating func read(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readObject { reader, key throws(JSONError) in
                switch key {
                case "data" where try reader.peek() == UInt8(ascii: "["):
                    try reader.readArray { reader throws(JSONError) in try readItem(&reader) }
                case "usage" where try reader.peek() == UInt8(ascii: "{"):
                    try reader.readObject { reader, key throws(JSONError) in
                        guard key == "prompt_tokens" || (key == "total_tokens" && tokens == 0) else {
                            return try reader.skipValue()
                        }
                        tokens = try reader.readCount(upTo: Bounds.tokens) ?? tokens
                    }
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readItem(_ reader: inout JSONReader) throws(JSONError) {
            var index: Int?
            var isNumbered = false
            // What is no vector stands for none: its text alone has failed.
            var vector: [Float] = []
            guard try reader.peek() == UInt8(ascii: "{") else {
                received += 1
                isMisplaced = true
                return try reader.skipValue()
            }
            try reader.readObject { reader, key throws(JSONError) in
                switch key {
                case "embedding": vector = try reader.readVectorIfPresent(capacity: capacity)
                case "index" where try reader.peek() != UInt8(ascii: "n"):
                    isNumbered = true
                    index = try reader.readCount(upTo: count)
                default: try reader.skipValue()
                }
            }
            if !isNumbered { index = received }
            self.isNumbered = self.isNumbered && isNumbered
            received += 1
            guard let index, vectors.indices.contains(index), vectors[index] == nil else {
                isMisplaced = true
                return
            }
            vectors[index] = vector
        }

        /// One for each text, empty where none came; nil when it is not certain which is whose.
        var orderedVectors: [[Float]]? {
            guard !isMisplaced, received == count || (received > 0 && isNumbered) else { return nil }
            return vectors.map { $0 ?? [] }
        }
    }
}
