import Foundation
import Testing

@testable import Inference

@Suite("Damaged models") struct DamagedModelTests {
    @Test(
        arguments: [
            ("config.json", "{}", InferenceError.Code.invalidModel),
            ("config.json", "no JSON", .invalidModel),
            ("config.json", #"{"model_type":"t5"}"#, .unsupportedModel),
            ("modules.json", #"[{"type":"sentence_transformers.models.LSTM"}]"#, .unsupportedModel),
            ("modules.json", #"[{"type":"sentence_transformers.models.Pooling","path":"../x"}]"#, .invalidModel),
            ("1_Pooling/config.json", #"{"pooling_mode":"attention"}"#, .unsupportedModel),
            ("1_Pooling/config.json", #"{"pooling_mode":[]}"#, .invalidModel),
            ("sentence_bert_config.json", #"{"max_seq_length":2}"#, .invalidModel),
            ("tokenizer.json", "{}", .invalidModel),
            ("tokenizer.json", #"{"model":{"type":"BPE"}}"#, .invalidModel),
            ("tokenizer.json", #"{"model":{"type":"WordLevel"}}"#, .unsupportedModel),
            ("model.safetensors", "short", .invalidModel),
            ("model.safetensors", "\u{2}\0\0\0\0\0\0\0{}", .invalidModel),
        ]
    )
    func `names what is wrong with a damaged folder`(file: String, content: String, code: InferenceError.Code)
        async throws
    {
        try await withCopy(of: "models/bert-cls") { folder in
            try Data(content.utf8).write(to: folder.appending(path: file))
            #expect(throws: InferenceError(code, "")) { try TextEncoder(modelDirectory: folder.path, threads: 1) }
        }
    }

    /// As many as `EMBED_STAR_MUTANTS` says; few without, as each takes a while in a debug build. `scripts/fuzz models`
    /// has many.
    private static let mutants = ProcessInfo.processInfo.environment["EMBED_STAR_MUTANTS"].flatMap(Int.init) ?? 12

    @Test(
        arguments: ModelAgreementTests.names
    )
    func `loads a mutated folder or names the file that is wrong, and never crashes`(name: String) async throws {
        var random = SplitMix64(state: UInt64(name.utf8.count))
        let files = try FileManager.default.subpathsOfDirectory(atPath: fixture("models/\(name)").path).sorted()
            .filter { $0 != "expected.json" && ($0.hasSuffix(".json") || $0.hasSuffix(".safetensors")) }
        for index in 0..<Self.mutants {
            try await withCopy(of: "models/\(name)") { folder in
                let file = folder.appending(path: files[index % files.count])
                let original = [UInt8](try Data(contentsOf: file))
                let isText = file.pathExtension == "json" && index % 3 > 0
                let mutant = isText ? original.withHostileValue(by: &random) : original.mutated(by: &random)
                try Data(mutant).write(to: file)
                do {
                    let encoder = try TextEncoder(modelDirectory: folder.path, threads: 1, precision: .fp32)
                    _ = try await encoder.encode(["Tiny models, [MASK] and 中文", ""])
                } catch let error as InferenceError {
                    // The file, and what of it.
                    let parts = error.message.components(separatedBy: ": ")
                    #expect(parts.contains { $0.contains("\(folder.lastPathComponent)/") }, "\(error)")
                    #expect(parts.count > 1 || error.code == .modelNotFound, "\(error)")
                }
            }
        }
    }

    private func withCopy(of name: String, _ body: (URL) async throws -> Void) async throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "embed-star-\(UUID())")
        try FileManager.default.copyItem(at: fixture(name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        try await body(copy)
    }
}
