import Foundation
import Testing

@testable import Inference

/// The tiny models of random weights that scripts/fixtures/make-model-fixtures.py makes with transformers.
@Suite("Models agree with transformers") struct ModelAgreementTests {
    static let names = [
        "bert-cls", "bert-cased-max", "xlm-roberta-mean", "roberta", "distilbert", "mpnet", "nomic-bert",
        "nomic-bert-first", "modernbert", "gte", "gte-scaled", "jina-bert", "qwen3", "bert-dense",
        "static", "model2vec",
    ]

    private static func load(_ name: String, _ precision: Precision, threads: Int = 1) throws -> TextEncoder {
        try TextEncoder(modelDirectory: fixture("models/\(name)").path, threads: threads, precision: precision)
    }

    @Test(arguments: names)
    func `token by token`(name: String) throws {
        let encoder = try Self.load(name, .fp32)
        #expect(encoder.modelName == name)
        for entry in try ReferenceText.load("models/\(name)/expected.json") {
            #expect(encoder.tokens(of: entry.text) == entry.tokens, "\(entry.text.prefix(60).debugDescription)")
            #expect(encoder.countTokens(entry.text) == entry.count, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test(arguments: names, [1, 3])
    func `in fp32, alone and in batches of mixed lengths`(name: String, threads: Int) async throws {
        let encoder = try Self.load(name, .fp32, threads: threads)
        let reference = try ReferenceText.load("models/\(name)/expected.json")
        let together = try await encoder.encode(reference.map(\.text)).vectors
        for (vector, entry) in zip(together, reference) {
            #expect(vector.count == encoder.dimensions)
            #expect(cosine(vector, entry.floats) >= 0.999999, "\(entry.text.prefix(60).debugDescription)")
            let alone = try await encoder.encode([entry.text]).vectors[0]
            #expect(cosine(alone, entry.floats) >= 0.999999, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test(arguments: ["static", "model2vec"])
    func `a table of embeddings, many texts at once`(name: String) async throws {
        let encoder = try Self.load(name, .fp32, threads: 2)
        let reference = try ReferenceText.load("models/\(name)/expected.json")
        let texts = (0..<6000).map { reference[$0 % reference.count] }
        for (vector, entry) in zip(try await encoder.encode(texts.map(\.text)).vectors, texts) {
            #expect(cosine(vector, entry.floats) >= 0.999999, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test(arguments: ["static", "model2vec"])
    func `a table of embeddings takes all of a long text`(name: String) throws {
        let encoder = try Self.load(name, .fp32)
        let text = String(repeating: "a long text ", count: 10_000)
        #expect(encoder.countTokens(text) > 8192)
        #expect(encoder.tokens(of: text).count == encoder.countTokens(text))
    }

    @Test(arguments: names, [Precision.bf16, .int8])
    func `in bf16 and int8, as closely as random weights allow`(name: String, precision: Precision) async throws {
        let encoder: TextEncoder
        do {
            encoder = try Self.load(name, precision)
        } catch let error as InferenceError {
            #expect(error.code == .unsupportedPrecision)
            #expect(precision == .bf16)
            return
        }
        let reference = try ReferenceText.load("models/\(name)/expected.json")
        let encoded = try await encoder.encode(reference.map(\.text))
        for (vector, entry) in zip(encoded.vectors, reference) {
            let least = precision == .bf16 ? 0.999 : 0.98
            #expect(cosine(vector, entry.floats) >= least, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test
    func `reads what a folder says of prompts and of vectors that may be cut`() throws {
        let encoder = try Self.load("bert-dense", .fp32)
        #expect(
            encoder.prompts
                == Prompts(
                    query: "search_query: ",
                    document: "search_document: ",
                    named: ["query": "search_query: ", "passage": "search_document: "]
                )
        )
        #expect(encoder.isMatryoshka)
        let plain = try Self.load("bert-cls", .fp32)
        #expect(plain.prompts == Prompts())
        #expect(!plain.isMatryoshka)
    }
}
