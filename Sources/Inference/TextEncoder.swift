/// A model of sentence-transformers, of any family in `ModelFamilies`, computed on threads of its own.
package final class TextEncoder: Sendable {
    /// The last part of the model's path, such as `all-MiniLM-L6-v2`.
    package let modelName: String
    /// Floats in each vector.
    package let dimensions: Int
    /// Tokens of one text, special tokens included; longer texts are cut at their end.
    package let maxTokens: Int
    /// SHA-256 of the weights file, in lower-case hex.
    package let revision: String
    /// What the model wants before a text.
    package let prompts: Prompts
    /// Whether a beginning of a vector is a vector (Matryoshka representation learning).
    package let isMatryoshka: Bool
    /// The number format of the matrix products.
    package let precision: Precision
    /// oneDNN's names of what computes them, such as `brgemm:avx512_core_amx_bf16`; never its reference implementation.
    package let implementations: [String]
    /// The instruction set of the loops between them: `avx512`, `avx2`, or `generic`.
    package let instructionSet: String

    private let tokenizer: Tokenizer
    private let workers: EncoderWorkers

    /// Texts that may wait, all calls together, before `encode` refuses.
    private static let queueCapacity = 65_536
    private static let batchTokens = 512
    /// A batch of so many tokens is not divided, though a worker should be idle.
    private static let smallestBatch = 128

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
        let folder = try ModelFolder(path: modelDirectory)
        let family = try ModelFamily.of(folder)
        let weights = try Safetensors(path: folder.encoderPath + "/model.safetensors")
        revision = weights.file.sha256()
        let model = try Self.load(family, folder, weights, precision)
        let kernels = if let kernels { kernels } else { try Kernels(fitting: model.kernelWidths) }
        tokenizer = try TokenizerFile(directory: folder.encoderPath)
            .tokenizer(vocabulary: model.vocabulary, special: model.usesSpecialTokens)
        prompts = try Prompts(folder)
        isMatryoshka = try folder.isMatryoshka()
        let head = try SentenceHead(folder, width: model.width)
        weights.file.evict()
        self.precision = model.precision
        implementations = model.implementations
        modelName = folder.name
        dimensions = head.dimensions
        maxTokens = min(try folder.sequenceLimit() ?? .max, model.maxTokens)
        guard maxTokens > tokenizer.template.count else {
            throw InferenceError(
                .invalidModel,
                "\(folder.encoderPath)/tokenizer.json: the special tokens leave no room in \(maxTokens) tokens"
            )
        }
        instructionSet = kernels.name
        let count = max(threads, 1)
        workers = EncoderWorkers(
            count: count,
            tokenizer: tokenizer,
            head: head,
            kernels: kernels,
            maxTokens: maxTokens,
            queue: EncodingQueue(
                capacity: Self.queueCapacity,
                batchTokens: Self.batchTokens,
                smallestBatch: Self.smallestBatch,
                maxTokens: maxTokens
            )
        )
        for _ in 0..<count {
            try workers.add(model.makeEncoder(rows: Self.batchTokens * 5 / 4, kernels: kernels))
        }
    }

    deinit { workers.stop() }

    /// The model in the asked precision, or in the best that oneDNN has more than a reference implementation for.
    private static func load(
        _ family: ModelFamily,
        _ folder: ModelFolder,
        _ weights: Safetensors,
        _ precision: Precision?
    ) throws(InferenceError) -> any LoadedModel {
        let backend = try OneDNN()
        let tried = precision ?? OneDNN.bestPrecision
        do {
            return try family.load(
                ModelSource(folder: folder, weights: weights, precision: tried, backend: backend)
            )
        } catch  where error.code == .backend && tried != .fp32 {
            guard precision == nil else {
                throw InferenceError(
                    .unsupportedPrecision,
                    "this processor does not compute in \(tried.rawValue), use fp32: \(error.message)"
                )
            }
            return try load(family, folder, weights, .fp32)
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
