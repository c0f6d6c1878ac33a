/// What a family makes a model of.
struct ModelSource {
    let folder: ModelFolder
    let weights: Safetensors
    /// In which the model should compute.
    let precision: Precision
    let backend: OneDNN
}
