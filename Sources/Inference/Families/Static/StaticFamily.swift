extension ModelFamily {
    /// Static embeddings (model2vec's potion, sentence-transformers' `StaticEmbedding`): each token has its row, whatever
    /// stands around it.
    static let staticEmbedding = ModelFamily(
        modelTypes: ["model2vec", ModelFolder.staticEmbedding],
        load: { source throws(InferenceError) in try StaticModel(source) }
    )
}
