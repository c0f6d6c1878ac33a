import JSON

/// Which files of a model are wanted: what the built-in provider reads, weights as safetensors only.
struct FileSelection {
    /// What is read of a model's folder and of the folders of its modules, weights aside.
    private static let descriptions = [
        "config.json", "modules.json", "config_sentence_transformers.json", "sentence_bert_config.json",
        "tokenizer.json", "tokenizer_config.json", index,
    ]
    private static let weights = "model.safetensors"
    private static let index = "model.safetensors.index.json"
    private static let pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"]
    private static let mostShards = 256

    let reference: ModelReference
    let repository: HubRepository

    /// The small files of a folder; empty for the model's own.
    func descriptions(in folder: String) -> [HubFile] {
        Self.descriptions.compactMap { repository[Self.path($0, in: folder)] }
    }

    /// The folders of the modules of a `modules.json`.
    /// - Throws: `.unsupported`.
    func folders(_ modules: [UInt8]) throws(HubError) -> [String] {
        guard let entries = (try? JSONValue(modules))?.array, entries.count <= 64 else {
            throw unsupported("its modules.json is not a list of modules")
        }
        let folders = entries.compactMap { $0["path"]?.string }.filter { !$0.isEmpty && $0 != "." }
        guard folders.allSatisfy(HubFile.isPlain) else {
            throw unsupported("a path in its modules.json is not a folder")
        }
        return folders
    }

    /// The weights of a folder: one file, or the shards that an index names.
    /// - Parameter index: the content of `model.safetensors.index.json`, where there is one.
    /// - Throws: `.unsupported`.
    func weights(in folder: String, index: [UInt8]?) throws(HubError) -> [HubFile] {
        if let whole = repository[Self.path(Self.weights, in: folder)] { return [whole] }
        guard let index else { return [] }
        guard let map = (try? JSONValue(index, keeping: ["weight_map"]))?["weight_map"]?.object else {
            throw unsupported("\(Self.path(Self.index, in: folder)): weight_map is missing")
        }
        let names = Set(map.members.compactMap(\.value.string))
        guard names.count <= Self.mostShards else { throw unsupported("its weights are in \(names.count) files") }
        var shards: [HubFile] = []
        for name in names.sorted() {
            guard name.hasSuffix(".safetensors"), let file = repository[Self.path(name, in: folder)] else {
                throw unsupported("the file \(name) that \(Self.path(Self.index, in: folder)) names is not there")
            }
            shards.append(file)
        }
        return shards
    }

    /// Refuses a model of which there is nothing to compute.
    /// - Throws: `.unsupported` with the reason.
    func check(_ chosen: [HubFile]) throws(HubError) {
        if !chosen.contains(where: { $0.path.hasSuffix(".safetensors") }) {
            let pickle = repository.files.first { file in Self.pickles.contains { file.path.hasSuffix($0) } }
            guard let pickle else { throw unsupported("it has no weights as safetensors") }
            throw unsupported(
                "its weights are in \(pickle.path), a pickle, which runs code of its author when it is read; "
                    + "only safetensors are taken: choose a revision that has them (\(reference.id)@refs/pr/1 may), or convert the model"
            )
        }
        guard chosen.contains(where: { $0.path == "config.json" || $0.path == "modules.json" }) else {
            throw unsupported("it has no config.json")
        }
        guard chosen.contains(where: { $0.path == "tokenizer.json" || $0.path.hasSuffix("/tokenizer.json") }) else {
            throw unsupported("it has no tokenizer.json")
        }
    }

    static func path(_ name: String, in folder: String) -> String { folder.isEmpty ? name : "\(folder)/\(name)" }

    /// The path of the index of a folder's shards.
    static func indexPath(in folder: String) -> String { path(index, in: folder) }

    private func unsupported(_ reason: String) -> HubError {
        HubError(.unsupported, "the model \(reference) cannot be used: \(reason)")
    }
}
