extension ModelFamily {
    /// The families there are, the first that recognizes a model counts.
    static let all: [ModelFamily] = [
        .jinaBert, .bert, .distilBert, .mpnet, .nomicBert, .modernBert, .gte, .qwen3, .staticEmbedding,
    ]

    /// The family of the model in `folder`.
    /// - Throws: `.unsupportedModel` with the types there are.
    static func of(_ folder: ModelFolder) throws(InferenceError) -> ModelFamily {
        let type = try folder.config.name("model_type", default: "bert")
        guard let family = all.first(where: { $0.modelTypes.contains(type) && $0.recognizes(folder.config) }) else {
            let known = all.flatMap(\.modelTypes).joined(separator: ", ")
            throw folder.config.unsupported("model_type", "'\(type.shortened)' is not one of \(known)")
        }
        return family
    }
}
