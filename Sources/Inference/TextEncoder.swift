/// A sentence-transformers model of BERT architecture, computed on threads of its own.
package final class TextEncoder: Sendable {
    /// The last part of the model's path, such as `all-MiniLM-L6-v2`.
    package let modelName: String
    /// Floats in each vector.
    package let dimensions: Int
    /// Tokens of one text, special tokens included; longer texts are cut at their end.
    package let maxTokens: Int
    /// SHA-256 of the weights file, in lower-case hex.
    package let revision: String
    /// The number format of the matrix products.
    package let precision: Precision
    /// oneDNN's names of what computes them, such as `brgemm:avx512_core_amx_bf16`; never its reference implementation.
    package let implementations: [String]
    /// The instruction set of the loops between them: `avx512`, `avx2`, or `generic`.
    package let instructionSet: String

    private let tokenizer: any Tokenizer
    private let workers: EncoderWorkers

    /// Texts that may wait, all calls together, before `encode` refuses.
    private static let queueCapacity = 65_536
    private static let batchTokens = 512

    /// Maps the weights and starts the threads.
    /// - Parameters:
    ///   - modelDirectory: a folder with `config.json`, `tokenizer.json`, `model.safetensors`, and sentence-transformers'
    ///     own configuration.
    ///   - threads: encoding threads, at least 1; as many as the processor has cores is best.
    ///   - precision: nil for the fastest that the processor computes without loss.
    /// - Throws: `InferenceError`: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`, `.unsupportedPrecision`,
    ///   `.backend`.
    package convenience init(
        modelDirectory: String,
        threads: Int,
        precision: Precision? = nil
    ) throws(InferenceError) {
        try self.init(modelDirectory: modelDirectory, threads: threads, precision: precision, kernels: nil)
    }

    init(
        modelDirectory: String,
        threads: Int,
        precision: Precision?,
        kernels: Kernels?
    ) throws(InferenceError) {
        let configuration = try ModelConfiguration(directory: modelDirectory)
        let kernels = if let kernels { kernels } else { try Kernels(for: configuration) }
        let weights = try Safetensors(path: modelDirectory + "/model.safetensors")
        revision = weights.file.sha256()
        tokenizer = try TokenizerFile(directory: modelDirectory).tokenizer(vocabulary: configuration.vocabulary)
        let backend = try OneDNN()
        let model = try Self.model(configuration, weights, precision, backend)
        self.precision = model.precision
        implementations = model.implementations
        weights.file.evict()
        modelName = modelDirectory.split(separator: "/").last.map(String.init) ?? modelDirectory
        dimensions = configuration.width
        maxTokens = configuration.maxTokens
        instructionSet = kernels.name
        let count = max(threads, 1)
        workers = EncoderWorkers(
            count: count,
            tokenizer: tokenizer,
            maxTokens: maxTokens,
            queue: EncodingQueue(
                capacity: Self.queueCapacity,
                batchTokens: Self.batchTokens,
                smallestBatch: BertEncoder.tile,
                maxTokens: maxTokens
            )
        )
        for _ in 0..<count {
            let encoder = try BertEncoder(
                model,
                rows: Self.batchTokens * 5 / 4,
                kernels: kernels,
                backend: backend
            )
            try workers.add(encoder)
        }
    }

    deinit { workers.stop() }

    /// The model in the asked precision, or in the best that oneDNN has more than a reference implementation for.
    private static func model(
        _ configuration: ModelConfiguration,
        _ weights: Safetensors,
        _ precision: Precision?,
        _ backend: OneDNN
    ) throws(InferenceError) -> BertModel {
        let tried = precision ?? OneDNN.bestPrecision
        do {
            return try BertModel(configuration, weights: weights, precision: tried, rows: BertEncoder.tile, on: backend)
        } catch  where error.code == .backend && tried != .fp32 {
            guard precision == nil else {
                throw InferenceError(
                    .unsupportedPrecision,
                    "this processor does not compute in \(tried.rawValue), use fp32: \(error.message)"
                )
            }
            return try model(configuration, weights, .fp32, backend)
        }
    }

    /// Tokens of the whole text, special tokens included, nothing cut.
    package func countTokens(_ text: String) -> Int {
        var tokens: [Int32] = []
        tokenizer.append(text, limit: .max, to: &tokens)
        return tokens.count
    }

    /// The tokens the model sees of `text`, special tokens included, cut at `maxTokens`.
    package func tokens(of text: String) -> [Int32] {
        var tokens: [Int32] = []
        tokenizer.append(text, limit: maxTokens, to: &tokens)
        return tokens
    }

    /// Encodes texts in order; those of concurrent calls share batches. When the task is cancelled, no further batch is
    /// begun for it.
    /// - Throws: `InferenceError`: `.overloaded`, `.cancelled`, `.backend`.
    package func encode(_ texts: [String]) async throws(InferenceError) -> EncodedTexts {
        guard !texts.isEmpty else { return EncodedTexts(vectors: [], tokens: 0) }
        let request = EncodingRequest(texts)
        try workers.submit(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { request.resume($0) }
        } onCancel: {
            workers.cancel(request)
        }
        return try outcome.get()
    }
}
