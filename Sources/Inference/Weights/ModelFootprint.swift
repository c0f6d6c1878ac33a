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
        var count = 0
        for tensor in weights.tensors.values {
            guard tensor.count <= Int.max - count else { return .max }
            count += tensor.count
        }
        return bytes(weights: count, precision: precision)
    }

    /// The same of a model with so many numbers in its weights.
    package static func bytes(weights count: Int, precision: Precision?) -> Int {
        // What the file holds as f32 is read from it in place where it is not multiplied.
        let each = (precision ?? .best) == .fp32 ? 4 : 2
        let (bytes, overflow) = count.multipliedReportingOverflow(by: each)
        return overflow || bytes > Int.max - overhead ? .max : bytes + overhead
    }
}
