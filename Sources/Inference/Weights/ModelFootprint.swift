/// How much memory a model will take, told from what its files say of themselves, before any of it is loaded.
package enum ModelFootprint {
    /// Queues, workspaces, and tokenizer.
    private static let overhead = 48 << 20

    /// Bytes that stay in memory: every weight but the rows that are read from the file when they are needed, in the
    /// precision that is computed in. An upper bound.
    /// - Throws: `.modelNotFound`, `.invalidModel`.
    package static func bytes(modelDirectory: String, precision: Precision?) throws(InferenceError) -> Int {
        let folder = try ModelFolder(path: modelDirectory)
        let weights = try Safetensors(folder: folder.encoderPath)
        let each = (precision ?? OneDNN.bestPrecision) == .fp32 ? 4 : 2
        var total = overhead
        for tensor in weights.tensors.values {
            // What the file holds as f32 is read from it in place where it is not multiplied.
            let (bytes, overflow) = tensor.count.multipliedReportingOverflow(by: each)
            guard !overflow, bytes <= Int.max - total else { return .max }
            total += bytes
        }
        return total
    }
}
