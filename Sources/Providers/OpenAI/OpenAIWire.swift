import EmbeddingCore
import JSON

/// The JSON of `POST /v1/embeddings`, which OpenAI, Together AI and many servers speak.
enum OpenAIWire {
    /// The request's body; what is not asked for is left out.
    static func request(
        model: String,
        inputs: [EmbeddingInput],
        dimensions: Int?,
        encoding: Encoding?
    ) -> [UInt8] {
        JSONWriter.object(capacity: 256 + inputs.count * 256) { json in
            json.member("model", model)
            json.key("input")
            json.array { json in
                for input in inputs {
                    switch input {
                    case .text(let text): json.string(text)
                    case .tokens(let tokens): json.array { json in for token in tokens { json.integer(token) } }
                    }
                }
            }
            if let encoding { json.member("encoding_format", encoding.rawValue) }
            if let dimensions { json.member("dimensions", dimensions) }
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
            throw EmbeddingError(.badResponse, "the provider's answer is not the JSON of an embedding response")
        }
        return EmbeddingBatch(vectors: try parsed.orderedVectors(), tokens: parsed.tokens)
    }

    private struct Parsed {
        let count: Int
        let capacity: Int
        var vectors: [[Float]?]
        var received = 0
        var isMisplaced = false
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
                        let value = try reader.readInteger() ?? 0
                        if key == "prompt_tokens" || (key == "total_tokens" && tokens == 0) { tokens = max(0, value) }
                    }
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readItem(_ reader: inout JSONReader) throws(JSONError) {
            var index: Int? = received
            var vector: [Float]?
            try reader.readObject { reader, key throws(JSONError) in
                switch key {
                case "embedding": vector = try reader.readVector(capacity: capacity)
                case "index": index = try reader.readInteger()
                default: try reader.skipValue()
                }
            }
            received += 1
            guard let index, vectors.indices.contains(index), vectors[index] == nil else {
                isMisplaced = true
                return
            }
            vectors[index] = vector
        }

        func orderedVectors() throws(EmbeddingError) -> [[Float]] {
            guard received == count else {
                throw EmbeddingError(.badResponse, "the provider answered \(received) vectors for \(count) texts")
            }
            let complete = vectors.compactMap { $0 }
            guard !isMisplaced, complete.count == count else {
                throw EmbeddingError(.badResponse, "the provider's answer lacks a vector or numbers one twice")
            }
            return complete
        }
    }
}
