import EmbeddingCore
import HTTP

/// Under which names the one configured model may be asked for.
struct ModelNames: Sendable {
    let aliases: Set<String>

    init(aliases: [String]) { self.aliases = Set(aliases) }

    /// Whether `name` means `model`: its own name, also with its provider in front or Ollama's tag `:latest` behind,
    /// or an alias. No name means it too.
    func matches(_ name: String?, _ model: EmbeddingModel) -> Bool {
        guard let name, !name.isEmpty, name != model.name else { return true }
        return aliases.contains(name) || name == "\(model.provider.rawValue)/\(model.name)"
            || name == model.name + ":latest" || name + ":latest" == model.name
    }

    /// - Throws: `APIError` 404 when another model is asked for.
    func check(_ name: String?, _ model: EmbeddingModel) throws {
        guard !matches(name, model) else { return }
        throw APIError(
            .notFound,
            .modelNotFound,
            "the model '\((name ?? "").prefix(200))' is not served here; '\(model.name)' is",
            parameter: "model"
        )
    }
}
