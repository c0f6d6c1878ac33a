/// A stored vector that names a model but no fingerprint and no text, as the predecessor wrote them.
package struct UnattributedVector: Sendable, Hashable {
    package let modelName: String
    package let values: [Float]

    package init(modelName: String, values: [Float]) {
        self.modelName = modelName
        self.values = values
    }

    /// The vector, if it can be one of `model`: same name, same length, usable.
    package func embedding(of model: EmbeddingModel) -> Embedding? {
        guard modelName == model.name else { return nil }
        return try? Embedding(validating: values, dimensions: model.dimensions)
    }
}
