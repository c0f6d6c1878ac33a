/// A kind of model: the types it answers to, and how a folder of one of them becomes a model.
struct ModelFamily: Sendable {
    /// Values of `model_type` in `config.json`.
    let modelTypes: [String]
    /// Tells models of these types from those of other families.
    var recognizes: @Sendable (_ config: ModelFile) -> Bool = { _ in true }
    /// Reads configuration and weights.
    /// - Throws: `.invalidModel`, `.unsupportedModel`, naming file and field; `.backend` when the processor cannot
    ///   compute in the wanted precision.
    let load: @Sendable (ModelSource) throws(InferenceError) -> any LoadedModel
}
