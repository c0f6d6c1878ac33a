import Foundation
import Testing

@testable import Inference

/// The tiny cross-encoders of random weights that scripts/fixtures/make-model-fixtures.py makes with transformers.
@Suite("RerankModel") struct RerankModelTests {
    private struct Reference: Decodable {
        let query: String
        let document: String
        let score: Float
    }

    @Test(
        arguments: ["rerank-bert", "rerank-xlm-roberta", "rerank-distilbert"]
    )
    func `gives the logits of transformers, alone and in batches, long pairs cut as there`(name: String) async throws {
        let folder = try fixture("rerank/\(name)")
        let model = try RerankModel(modelDirectory: folder.path, threads: 1, precision: .fp32)
        #expect(model.modelName == name)
        #expect(model.maxTokens == 64)
        let data = try Data(contentsOf: folder.appending(path: "expected.json"))
        for entry in try JSONDecoder().decode([Reference].self, from: data) {
            let encoded = try await model.logits(of: [entry.document, "other", entry.document], for: entry.query)
            let scores = encoded.vectors.map { $0[0] }
            #expect(abs(scores[0] - entry.score) <= 1e-4, "\(entry.query.prefix(40)) / \(entry.document.prefix(40))")
            #expect(abs(scores[2] - entry.score) <= 1e-4)
        }
    }

    @Test
    func `refuses a model without a head for one class`() throws {
        #expect(throws: InferenceError(.unsupportedModel, "")) {
            try RerankModel(modelDirectory: fixture("models/bert-cls").path, threads: 1)
        }
    }
}
