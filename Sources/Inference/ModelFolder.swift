import JSON

/// A folder with a model as `transformers` and `sentence-transformers` save it.
struct ModelFolder: Sendable {
    /// The `model_type` of a table of embeddings, which has no `config.json`.
    static let staticEmbedding = "static_embedding"

    let path: String
    /// The chain of `modules.json`; empty when the folder does not name one.
    let modules: [Module]
    /// Where the first module, the encoder, has its files.
    let encoderPath: String
    /// The encoder's `config.json`.
    let config: ModelFile

    /// - Throws: `.modelNotFound`, `.invalidModel`.
    init(path: String) throws(InferenceError) {
        self.path = path
        modules = try Self.modules(in: path)
        encoderPath = modules.first.map { $0.path(in: path) } ?? path
        config =
            modules.first?.type == "StaticEmbedding"
            ? ModelFile(path: path + "/modules.json", root: .object(["model_type": .string(Self.staticEmbedding)]))
            : try ModelFile(path: encoderPath + "/config.json")
    }

    /// The last part of the path, such as `all-MiniLM-L6-v2`.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// What the configuration says of the longest text; nil when nothing.
    /// - Throws: `.invalidModel`.
    func sequenceLimit() throws(InferenceError) -> Int? {
        let files = [
            ("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length"),
        ]
        for (name, key) in files {
            guard let file = try ModelFile(ifPresent: "\(encoderPath)/\(name)"), let value = file.value(key) else {
                continue
            }
            // A tokenizer without a limit says 1e30.
            guard let limit = value.integer else {
                guard let number = value.double, number > 1e18 else { throw file.invalid(key, "is not a whole number") }
                continue
            }
            guard limit > 2 else { throw file.invalid(key, "of \(limit) leaves no room for a text") }
            return limit
        }
        return nil
    }

    /// Whether `config.json` names sizes to which vectors may be cut.
    func isMatryoshka() throws(InferenceError) -> Bool {
        if try config.flag("is_matryoshka", default: false) { return true }
        guard let sizes = config.value("matryoshka_dimensions") else { return false }
        guard let count = sizes.array?.count else { throw config.invalid("matryoshka_dimensions", "is not a list") }
        return count > 0
    }

    /// A module of the chain in `modules.json`.
    struct Module: Sendable {
        /// The last part of its type's name, such as `Pooling`.
        let type: String
        /// Relative to the model's; empty for the model's own.
        let folder: String

        func path(in model: String) -> String { folder.isEmpty || folder == "." ? model : "\(model)/\(folder)" }
    }

    private static func modules(in path: String) throws(InferenceError) -> [Module] {
        guard let file = try ModelFile(ifPresent: path + "/modules.json") else { return [] }
        guard let entries = file.root.array else { throw InferenceError(.invalidModel, "\(file.path): is not a list") }
        var modules: [Module] = []
        for (index, entry) in entries.enumerated() {
            let entry = ModelFile(path: "\(file.path): module \(index)", root: entry)
            let type = try entry.name("type", default: "")
            let folder = try entry.name("path", default: "")
            guard let last = type.split(separator: ".").last else { throw entry.invalid("type", "is missing") }
            guard !folder.hasPrefix("/"), !folder.split(separator: "/").contains("..") else {
                throw entry.invalid("path", "leads out of the model's folder")
            }
            modules.append(Module(type: String(last), folder: folder))
        }
        return modules
    }
}
