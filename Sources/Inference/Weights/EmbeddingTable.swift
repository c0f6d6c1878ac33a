import Glibc

/// The rows of a large embedding matrix, read from the file one by one as they are needed: mapped, they would soon all
/// be resident, half of the model's memory for the few rows that a text takes.
final class EmbeddingTable: Sendable {
    private let file: MappedFile
    /// Of the first row, in bytes from the start of the file.
    private let offset: Int
    private let width: Int
    /// All rows, where the file does not hold them as f32.
    private let converted: FloatTensor?

    /// - Throws: `.invalidModel`, `.unsupportedModel`; see `FloatTensor`.
    init(_ name: String, rows: Int, width: Int, in weights: Safetensors) throws(InferenceError) {
        let tensor = try FloatTensor(name, shape: [rows, width], in: weights)
        converted = weights.tensors[name]?.type == .f32 ? nil : tensor
        file = weights.file(of: name)
        offset = weights.tensors[name]?.range.lowerBound ?? 0
        self.width = width
    }

    /// - Throws: `.backend` when the file cannot be read.
    func copy(row: Int, to destination: UnsafeMutablePointer<Float>) throws(InferenceError) {
        if let converted {
            destination.update(from: converted.start + row * width, count: width)
            return
        }
        let size = width * MemoryLayout<Float>.size
        guard pread(file.descriptor, destination, size, off_t(offset + row * size)) == size else {
            throw InferenceError(.backend, "cannot read the model's weights: \(String(cString: strerror(errno)))")
        }
    }
}
