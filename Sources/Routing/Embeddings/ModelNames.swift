import EmbeddingCore
import HTTP

/// Under which names a model may be asked for, compared without case.
struct ModelNames: Sendable {
    /// What a name stands for; nil for whatever model there is.
    private struct Alias: Sendable {
        let name: String
        let target: String?
    }

    private let aliases: [Alias]
    private let elsewhere: [String: [String]]
    private let takesAny: Bool

    /// - Parameters:
    ///   - aliases: `alias` or `alias=model`; `*` takes every name.
    ///   - elsewhere: names that models have elsewhere, by their own name in lower case.
    init(aliases: [String], elsewhere: [String: [String]] = [:]) {
        self.elsewhere = elsewhere
        takesAny = aliases.contains("*")
        self.aliases = aliases.filter { $0 != "*" }.map { text in
            let sides = text.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces() }
            return Alias(name: sides.first ?? "", target: sides.count == 2 ? sides[1] : nil)
        }
    }

    /// Whether both sides of `alias=model` are there, or the one of `alias`.
    static func isAlias(_ text: String) -> Bool {
        text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            .allSatisfy { !$0.trimmingSpaces().isEmpty }
    }

    /// The model's own name, and the aliases that stand for it.
    /// - Parameter isFirst: whether it is the model of requests that name none, and so of aliases that name none.
    func listed(_ model: EmbeddingModel, isFirst: Bool = true) -> [String] {
        [model.name] + aliases.filter { $0.target.map { isOwn($0, model) } ?? isFirst }.map(\.name)
    }

    /// Whether `name` means `model`. No name means it too.
    func matches(_ name: String?, _ model: EmbeddingModel) -> Bool {
        guard let name, !name.isEmpty, name != model.name, !takesAny else { return true }
        return isOwn(name, model) || listed(model).contains { Self.areEqual($0, name) }
    }

    /// The model that an alias stands for; the name itself where it is none.
    func target(of name: String) -> String { aliases.first { Self.areEqual($0.name, name) }?.target ?? name }

    /// Its own name, also with its provider in front or Ollama's tag `:latest` behind, and those it has elsewhere.
    func isOwn(_ name: String, _ model: EmbeddingModel) -> Bool {
        let names = [model.name, "\(model.provider.rawValue)/\(model.name)"]
        return (names + (elsewhere[Self.bare(model.name).lowercased()] ?? [])).contains { Self.isCalled($0, name) }
    }

    /// Whether `name` is the model's, also without its owner or with Ollama's tag `:latest`.
    private static func isCalled(_ model: String, _ name: String) -> Bool {
        [model, bare(model)].contains {
            areEqual($0, name) || areEqual("\($0):latest", name) || areEqual($0, "\(name):latest")
        }
    }

    /// Without its owner.
    private static func bare(_ model: String) -> String { model.split(separator: "/").last.map(String.init) ?? model }

    static func areEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.lowercased() == right.lowercased()
    }

    /// - Throws: `APIError` 404 when another model is asked for.
    func check(_ name: String?, _ model: EmbeddingModel) throws {
        guard !matches(name, model) else { return }
        throw APIError(
            .notFound,
            .modelNotFound,
            "the model '\((name ?? "").utf8Prefix(200))' is not served here; '\(model.name)' is "
                + "(MODEL_ALIASES gives it other names)",
            parameter: "model"
        )
    }
}

extension String {
    /// What fits into so many bytes of UTF-8.
    func utf8Prefix(_ count: Int) -> String { String(decoding: utf8.prefix(count), as: UTF8.self) }
}
