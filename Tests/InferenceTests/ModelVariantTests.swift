import Foundation
import Testing

@testable import Inference

@Suite("Models of BERT architecture") struct ModelVariantTests {
    @Test("computes a tiny model in integers, where registers are wider than its heads too")
    func tinyIntegers() async throws {
        let folder = try fixture("models/bert-cls")
        let encoder = try TextEncoder(modelDirectory: folder.path, threads: 1, precision: .int8)
        let reference = try ReferenceText.load("models/bert-cls/expected.json")
        let encoded = try await encoder.encode(reference.map(\.text))
        for (vector, entry) in zip(encoded.vectors, reference) { #expect(cosine(vector, entry.floats) >= 0.99) }
    }

    @Test(
        "computes what transformers computes with a tiny random model",
        arguments: ["bert-cls", "bert-cased-max", "xlm-roberta-mean"]
    )
    func agreesWithTransformers(name: String) async throws {
        let folder = try fixture("models/\(name)")
        let encoder = try TextEncoder(modelDirectory: folder.path, threads: 1, precision: .fp32)
        #expect(encoder.modelName == name)
        #expect(encoder.dimensions == 16)
        #expect(encoder.maxTokens == 20)
        let reference = try ReferenceText.load("models/\(name)/expected.json")
        let encoded = try await encoder.encode(reference.map(\.text))
        for (vector, entry) in zip(encoded.vectors, reference) {
            #expect(encoder.tokens(of: entry.text) == entry.tokens, "\(entry.text.debugDescription)")
            #expect(cosine(vector, entry.floats) >= 0.9999, "\(entry.text.debugDescription)")
        }
    }

    @Test(
        "names what is wrong with a damaged folder",
        arguments: [
            ("config.json", "{}", InferenceError.Code.invalidModel),
            ("config.json", "no JSON", .invalidModel),
            ("config.json", #"{"model_type":"t5"}"#, .unsupportedModel),
            ("modules.json", #"[{"type":"sentence_transformers.models.Dense"}]"#, .unsupportedModel),
            ("1_Pooling/config.json", "{}", .unsupportedModel),
            ("sentence_bert_config.json", #"{"max_seq_length":2}"#, .invalidModel),
            ("tokenizer.json", "{}", .invalidModel),
            ("tokenizer.json", #"{"model":{"type":"BPE"}}"#, .unsupportedModel),
            ("model.safetensors", "short", .invalidModel),
            ("model.safetensors", "\u{2}\0\0\0\0\0\0\0{}", .invalidModel),
        ]
    )
    func damagedFolder(file: String, content: String, code: InferenceError.Code) throws {
        try withCopy(of: "models/bert-cls") { folder in
            try Data(content.utf8).write(to: folder.appending(path: file))
            #expect(throws: InferenceError(code, "")) { try TextEncoder(modelDirectory: folder.path, threads: 1) }
        }
    }

    @Test("never crashes on mutated files, whether it loads them or not", arguments: 0..<4)
    func mutatedFiles(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for file in ["config.json", "tokenizer.json", "modules.json", "model.safetensors"] {
            try withCopy(of: "models/bert-cls") { folder in
                let original = [UInt8](try Data(contentsOf: folder.appending(path: file)))
                for _ in 0..<6 {
                    try Data(original.mutated(by: &random)).write(to: folder.appending(path: file))
                    let encoder = try? TextEncoder(modelDirectory: folder.path, threads: 1, precision: .fp32)
                    _ = encoder?.countTokens("Tiny models, [MASK] and 中文")
                }
            }
        }
    }

    private func withCopy(of name: String, _ body: (URL) throws -> Void) throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "embed-star-\(UUID())")
        try FileManager.default.copyItem(at: fixture(name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        try body(copy)
    }
}
