import Foundation
import Testing

@testable import Inference

@Suite("TextEncoder") struct TextEncoderTests {
    @Test
    func `agrees with sentence-transformers on every reference text, token by token and in direction`() async throws {
        let encoder = try TestModel.encoder()
        let reference = try ReferenceText.load()
        for entry in reference {
            #expect(encoder.tokens(of: entry.text) == entry.tokens, "\(entry.text.prefix(60).debugDescription)")
            #expect(encoder.countTokens(entry.text) == entry.count)
        }
        let encoded = try await encoder.encode(reference.map(\.text))
        #expect(encoded.tokens == reference.reduce(0) { $0 + $1.tokens.count })
        for (vector, entry) in zip(encoded.vectors, reference) {
            #expect(cosine(vector, entry.floats) >= 0.9999, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test(
        arguments: ["generic", "generic16", "avx2", "avx512", "avx512_bf16"]
    )
    func `computes the same with the kernels of every instruction set`(name: String) async throws {
        guard let kernels = Kernels(name) else { return }
        let encoder = try TestModel.load(kernels: kernels)
        #expect(encoder.instructionSet == name)
        let reference = try ReferenceText.load().prefix(40)
        let encoded = try await encoder.encode(reference.map(\.text))
        for (vector, entry) in zip(encoded.vectors, reference) { #expect(cosine(vector, entry.floats) >= 0.9999) }
    }

    @Test(
        arguments: Precision.allCases
    )
    func `computes in every precision the processor has, as closely as its numbers allow`(precision: Precision)
        async throws
    {
        let encoder: TextEncoder
        do {
            encoder = try TestModel.load(precision: precision)
        } catch let error as InferenceError {
            #expect(error.code == .unsupportedPrecision)
            #expect(precision == .bf16)
            return
        }
        #expect(encoder.precision == precision)
        #expect(precision == .fp32 || !encoder.implementations.contains { $0.hasPrefix("ref") })
        let tolerance =
            switch precision {
            case .fp32: 0.0001
            case .bf16: 0.0002
            case .int8: 0.02
            }
        let reference = try ReferenceText.load()
        let encoded = try await encoder.encode(reference.map(\.text))
        for (vector, entry) in zip(encoded.vectors, reference) {
            #expect(cosine(vector, entry.floats) >= 1 - tolerance, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test
    func `describes the model it loaded`() throws {
        let encoder = try TestModel.encoder()
        #expect(encoder.dimensions == 384)
        #expect(encoder.maxTokens == 256)
        #expect(encoder.revision == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
        #expect(encoder.precision == .fp32)
    }

    @Test
    func `gives vectors of unit length`() async throws {
        let encoded = try await TestModel.encoder().encode(["one", "two words", ""])
        for vector in encoded.vectors {
            let norm = vector.reduce(0) { $0 + $1 * $1 }
            #expect(abs(norm - 1) < 1e-5)
        }
    }

    @Test
    func `a text's vector does not depend on the texts it is packed with`() async throws {
        let encoder = try TestModel.encoder()
        let texts = (0..<100).map { "text number \($0) " + String(repeating: "and more ", count: $0) }
        let together = try await encoder.encode(texts)
        for index in stride(from: 0, to: 100, by: 9) {
            let alone = try await encoder.encode([texts[index]])
            #expect(cosine(alone.vectors[0], together.vectors[index]) > 0.999999)
        }
    }

    @Test
    func `answers concurrent calls with their own vectors`() async throws {
        let encoder = try TestModel.encoder()
        let texts = (0..<48).map { "repository about topic \($0 * 7919)" }
        let expected = try await encoder.encode(texts).vectors
        try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for (index, text) in texts.enumerated() {
                group.addTask { (index, try await encoder.encode([text]).vectors[0]) }
            }
            for try await (index, vector) in group { #expect(cosine(vector, expected[index]) > 0.999999) }
        }
    }

    @Test
    func `encodes no texts to no vectors`() async throws {
        let encoded = try await TestModel.encoder().encode([])
        #expect(encoded.vectors.isEmpty)
        #expect(encoded.tokens == 0)
    }

    @Test(
        arguments: ["\u{0}", "\u{FFFD}", "🚀", "一", "\u{301}", " ", "[SEP]", "#"]
    )
    func `survives texts of any kind and size`(unit: String) async throws {
        let encoder = try TestModel.encoder()
        let texts = [unit, String(repeating: unit, count: 5000), String(repeating: unit + " ", count: 100_000)]
        for vector in try await encoder.encode(texts).vectors {
            #expect(vector.count == 384)
            #expect(vector.allSatisfy { $0.isFinite })
        }
    }

    @Test(
        arguments: [
            "\u{301}", "\u{200D}👩", "\u{1100}", "\u{915}\u{94D}", "\u{1F1E6}", "\u{FE0F}", "\u{E0061}", "\u{600}",
        ]
    )
    func `takes a text that is one endless character as it takes any other`(unit: String) throws {
        let text = "a" + String(repeating: unit, count: (1 << 18) / unit.utf8.count)
        #expect(try TestModel.encoder().countTokens(text) >= 3)
        for name in ["roberta", "modernbert", "xlm-roberta-mean"] {
            let tokenizer = try TokenizerFile(directory: fixture("models/\(name)").path).tokenizer(vocabulary: 1000)
            var tokens: [Int32] = []
            tokenizer.append(text, limit: .max, to: &tokens)
            #expect(tokens.count >= 3)
        }
        for style in ["metaspace", "split"] {
            let tokenizer = try TokenizerFile(directory: fixture("unigram/\(style)").path).tokenizer(vocabulary: 200)
            var tokens: [Int32] = []
            tokenizer.append(text, limit: .max, to: &tokens)
            #expect(tokens.count >= 3)
        }
    }

    @Test
    func `a cancelled call ends with an error, and the encoder goes on`() async throws {
        let encoder = try TestModel.encoder()
        let texts = Array(repeating: String(repeating: "long text ", count: 200), count: 500)
        let task = Task { try await encoder.encode(texts) }
        task.cancel()
        await #expect(throws: InferenceError(.cancelled, "")) { try await task.value }
        #expect(try await encoder.encode(["still here"]).vectors.count == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func `refuses a pipe as a file of the model instead of waiting for a writer`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "embed-star-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(mkfifo(folder.appending(path: "config.json").path, 0o600) == 0)
        #expect(throws: InferenceError(.invalidModel, "")) {
            try TextEncoder(modelDirectory: folder.path, threads: 1)
        }
    }

    @Test
    func `reports a missing folder as such`() {
        #expect(throws: InferenceError(.modelNotFound, "")) {
            try TextEncoder(modelDirectory: "/nonexistent", threads: 1)
        }
    }
}
