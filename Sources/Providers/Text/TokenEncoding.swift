import EmbeddingCore
import Inference
import Logging
import Settings

/// Whose token ids clients send, where the provider takes none.
package enum TokenEncoding: String, Sendable, CaseIterable {
    /// OpenAI's, which its clients and LangChain send whatever the model is.
    case cl100k
    /// The model's own, where it is the built-in one.
    case model
    case none

    /// Beside the model's folder.
    private static let fileName = "cl100k_base.tiktoken"

    /// What turns the ids into text; nil when none are taken.
    /// - Throws: `.misconfigured` when the file is damaged.
    func decoder(
        _ settings: SettingValues,
        _ provider: any EmbeddingProvider,
        _ logger: Logger
    ) throws(EmbeddingError) -> (any TokenDecoder)? {
        guard !provider.limits.acceptsTokens else { return nil }
        switch self {
        case .model, .none: return nil
        case .cl100k:
            let folder = BuiltInSettings.folder(settings).split(separator: "/", omittingEmptySubsequences: false)
            let path = (folder.dropLast(folder.last == "" ? 2 : 1) + [Self.fileName[...]]).joined(separator: "/")
            do {
                return RankedTokens(vocabulary: try RankedVocabulary.cl100k(contentsOf: path))
            } catch {
                guard error.code == .modelNotFound else { throw EmbeddingError(.misconfigured, error.message) }
                logger.info("token ids are rejected: the vocabulary file is missing", metadata: ["file": "\(path)"])
                return nil
            }
        }
    }
}

/// Tokens of a vocabulary that was read from a file.
private struct RankedTokens: TokenDecoder {
    let vocabulary: RankedVocabulary

    func text(of ids: [Int]) throws(EmbeddingError) -> String {
        if let text = vocabulary.text(of: ids) { return text }
        throw EmbeddingError(
            .invalidInput,
            "a token id is not in cl100k_base, the encoding that TOKEN_ENCODING names"
        )
    }
}
