import FoundationEssentials
import JSON

/// Measures decoding and encoding of an embedding answer, with Foundation beside it: one line of JSON a measurement.
@main struct JSONBenchmark {
    private static let count = 100
    private static let dimensions = 1536
    private static let rounds = 200

    static func main() throws {
        var generator = SystemRandomNumberGenerator()
        let vectors = (0..<count).map { _ in
            (0..<dimensions).map { _ in Float.random(in: -0.1...0.1, using: &generator) }
        }
        try compare("decode floats", answer(vectors) { $0.vector($1) }, vectors)
        // As servers in Python write them: every float as the double of the same value.
        try compare(
            "decode floats of 17 digits",
            answer(vectors) { json, vector in
                json.array { json in for value in vector { json.double(Double(value)) } }
            },
            vectors
        )
        try compare("decode base64", answer(vectors) { $0.base64($1) }, vectors)
        encode(vectors)
    }

    // MARK: - Decoding

    private static func compare(_ name: String, _ answer: [UInt8], _ expected: [[Float]]) throws {
        var decoded: [[Float]] = []
        let ours = try best { decoded = try vectors(in: answer) }
        check(decoded == expected, name)
        let data = Data(answer)
        let foundation = try best(rounds: 5) {
            decoded = try JSONDecoder().decode(Answer.self, from: data).data.map(\.embedding.values)
        }
        check(decoded == expected, "\(name) by Foundation")
        report(name, bytes: answer.count, ours, foundation)
    }

    /// The vectors of an answer, read as the providers read it.
    private static func vectors(in answer: [UInt8]) throws(JSONError) -> [[Float]] {
        try JSONReader.read(answer) { reader throws(JSONError) in
            var vectors: [[Float]] = []
            try reader.readObject { reader, name throws(JSONError) in
                guard name == "data" else { return try reader.skipValue() }
                try reader.readArray { reader throws(JSONError) in
                    try reader.readObject { reader, name throws(JSONError) in
                        guard name == "embedding" else { return try reader.skipValue() }
                        vectors.append(try reader.readVector(capacity: dimensions))
                    }
                }
            }
            return vectors
        }
    }

    private struct Answer: Decodable {
        struct Item: Decodable {
            var embedding: Vector
        }

        var data: [Item]
    }

    /// Numbers or base64, as Foundation decodes them.
    private struct Vector: Decodable {
        let values: [Float]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            guard let text = try? container.decode(String.self) else {
                values = try container.decode([Float].self)
                return
            }
            values = (Data(base64Encoded: text) ?? Data()).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        }
    }

    // MARK: - Encoding

    private static func encode(_ vectors: [[Float]]) {
        var size = 0
        let floats = best { size = answer(vectors) { $0.vector($1) }.count }
        let foundationFloats = best(rounds: 5) {
            check((try? JSONEncoder().encode(vectors))?.isEmpty == false, "encoder")
        }
        report("encode floats", bytes: size, floats, foundationFloats)
        let base64 = best { size = answer(vectors) { $0.base64($1) }.count }
        let foundationBase64 = best(rounds: 20) {
            for vector in vectors {
                let data = vector.withUnsafeBytes { Data($0) }
                check(!data.base64EncodedData().isEmpty, "base64EncodedData")
            }
        }
        report("encode base64", bytes: size, base64, foundationBase64)
    }

    /// The answer of `/v1/embeddings`, its vectors written by `write`.
    private static func answer(_ vectors: [[Float]], _ write: (inout JSONWriter, [Float]) -> Void) -> [UInt8] {
        JSONWriter.object(capacity: count * dimensions * 12) { json in
            json.member("object", "list")
            json.key("data")
            json.array { json in
                for (index, vector) in vectors.enumerated() {
                    json.object { json in
                        json.member("object", "embedding")
                        json.key("embedding")
                        write(&json, vector)
                        json.member("index", index)
                    }
                }
            }
        }
    }

    // MARK: - Measuring

    /// The shortest of several times.
    private static func best<Failure: Error>(
        rounds: Int = rounds,
        _ body: () throws(Failure) -> Void
    ) throws(Failure) -> Duration {
        let clock = ContinuousClock()
        var best = Duration.seconds(1_000_000)
        for _ in 0..<rounds {
            let start = clock.now
            try body()
            best = min(best, clock.now - start)
        }
        return best
    }

    private static func check(_ isRight: Bool, _ what: String) {
        precondition(isRight, "\(what): wrong result")
    }

    private static func report(_ name: String, bytes: Int, _ ours: Duration, _ foundation: Duration) {
        let line = JSONWriter.object { json in
            json.member("name", name)
            json.member("vectors", count)
            json.member("dimensions", dimensions)
            json.member("bytes", bytes)
            json.member("milliseconds", ours / .milliseconds(1))
            json.member("foundation_milliseconds", foundation / .milliseconds(1))
        }
        print(String(decoding: line, as: UTF8.self))
    }
}
