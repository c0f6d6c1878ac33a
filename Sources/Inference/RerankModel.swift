/// A cross-encoder: reads a query and a document together and says how well the document answers. BERT, RoBERTa,
/// XLM-RoBERTa and DistilBERT with a head for one class.
package final class RerankModel: Sendable {
    /// As it was named, else the last part of the folder's path, such as `ms-marco-MiniLM-L6-v2`.
    package let modelName: String
    /// Tokens of query and document together, special tokens included; of longer ones the longer is cut first.
    package var maxTokens: Int { pool.maxTokens }

    private let pool: EncoderPool
    private let head: ClassificationHead

    /// Maps the weights and starts threads for this model alone.
    /// - Parameters:
    ///   - modelDirectory: a folder with `config.json`, `tokenizer.json`, and `model.safetensors`.
    ///   - name: nil for the folder's.
    ///   - threads: at least 1; as many as the processor has cores is best.
    ///   - precision: nil for the fastest that the processor computes without loss.
    /// - Throws: as `TextEncoder`.
    package convenience init(
        modelDirectory: String,
        name: String? = nil,
        threads: Int,
        precision: Precision? = nil
    ) throws(InferenceError) {
        let threads = try EncoderThreads(count: threads)
        try self.init(modelDirectory: modelDirectory, name: name, on: threads, precision: precision)
    }

    /// Maps the weights; `threads` compute.
    /// - Throws: as the other.
    package init(
        modelDirectory: String,
        name: String?,
        on threads: EncoderThreads,
        precision: Precision?
    ) throws(InferenceError) {
        let folder = try ModelFolder(path: modelDirectory)
        modelName = name ?? folder.name
        pool = try EncoderPool(folder, threads: threads, precision: precision, kernels: nil)
        head = try ClassificationHead(pool.weights, width: pool.model.width)
        guard pool.tokenizer.pairTemplate != nil else {
            throw InferenceError(.unsupportedModel, "\(modelDirectory)/tokenizer.json: post_processor without pairs")
        }
    }

    /// A vector of one number for each document, higher for a better answer: the model's logit, of any sign and size.
    /// - Throws: `InferenceError`: `.overloaded`, `.cancelled`, `.backend`.
    package func logits(of documents: [String], for query: String) async throws(InferenceError) -> EncodedTexts {
        try await pool.encode(documents.map { .pair(query, $0) }, head)
    }
}
