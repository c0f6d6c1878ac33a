package import EmbeddingCore
import Inference
package import Logging
package import Settings

/// A cross-encoder of the built-in provider.
package final class BuiltInReranker: Reranker {
    private let model: RerankModel
    private let share: ModelRuntime.Share

    /// Loads the model that the settings name.
    /// - Returns: nil when they name none.
    /// - Throws: `.unavailable` and `.misconfigured` when it does not fit, `.unknownModel` with what is wrong with its folder or files; `.misconfigured` when its name is none.
    package init?(_ settings: SettingValues, on runtime: ModelRuntime, logger: Logger) throws(EmbeddingError) {
        guard let wanted = settings[BuiltInSettings.rerankModel] else { return nil }
        guard let location = ModelLocation(wanted) else {
            throw EmbeddingError(.misconfigured, "RERANK_MODEL is \(wanted), which is neither a folder nor owner/name")
        }
        let folder = try BuiltInProvider.folder(of: location, settings)
        share = try runtime.reserve(modelDirectory: folder, name: location.modelName)
        do {
            model = try RerankModel(
                modelDirectory: folder,
                name: location.modelName,
                on: runtime.threads(),
                precision: runtime.precision
            )
        } catch {
            throw BuiltInProvider.error(error)
        }
        logger.info("loaded the reranker", metadata: ["model": "\(model.modelName)"])
    }

    package var modelName: String { model.modelName }

    package func rerank(_ documents: [String], for query: String) async throws(EmbeddingError) -> RerankResult {
        do {
            let encoded = try await model.logits(of: documents, for: query)
            return RerankResult(scores: encoded.vectors.map { $0[0] }, tokens: encoded.tokens)
        } catch {
            throw BuiltInProvider.error(error)
        }
    }
}
