/// A loaded model with its tokenizer, and threads that compute what waits in its queue.
final class EncoderPool: Sendable {
    let folder: ModelFolder
    /// Tokens of one input, special tokens included; longer ones are cut.
    let maxTokens: Int
    /// SHA-256 of the weights file, in lower-case hex.
    let revision: String
    let model: any LoadedModel
    let head: any RowHead
    let tokenizer: Tokenizer
    /// The name of the kernels' instruction set.
    let instructionSet: String
    private let workers: EncoderWorkers

    /// Inputs that may wait, all calls together, before `encode` refuses.
    private static let queueCapacity = 65_536
    private static let batchTokens = 512
    /// A batch of so many tokens is not divided, though a worker should be idle.
    private static let smallestBatch = 128

    /// Maps the weights and starts the threads.
    /// - Parameters:
    ///   - precision: nil for the fastest that the processor computes without loss.
    ///   - kernels: nil for the fastest.
    ///   - makeHead: of the folder, its weights, and the floats of a token's row.
    init(
        _ folder: ModelFolder,
        threads: Int,
        precision: Precision?,
        kernels: Kernels?,
        makeHead: (ModelFolder, Safetensors, Int) throws(InferenceError) -> any RowHead
    ) throws(InferenceError) {
        self.folder = folder
        let family = try ModelFamily.of(folder)
        let weights = try Safetensors(path: folder.encoderPath + "/model.safetensors")
        revision = weights.file.sha256()
        model = try Self.load(family, folder, weights, precision)
        let kernels = if let kernels { kernels } else { try Kernels(fitting: model.kernelWidths) }
        tokenizer = try TokenizerFile(directory: folder.encoderPath)
            .tokenizer(vocabulary: model.vocabulary, special: model.usesSpecialTokens)
        head = try makeHead(folder, weights, model.width)
        weights.file.evict()
        maxTokens = min(try folder.sequenceLimit() ?? .max, model.maxTokens)
        guard maxTokens > tokenizer.template.count, maxTokens > tokenizer.pairTemplate?.count ?? 0 else {
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

    /// Encodes inputs in order; those of concurrent calls share batches. When the task is cancelled, no further batch is
    /// begun for it.
    /// - Throws: `.overloaded`, `.cancelled`, `.backend`.
    func encode(_ inputs: [EncoderInput]) async throws(InferenceError) -> EncodedTexts {
        guard !inputs.isEmpty else { return EncodedTexts(vectors: [], tokens: 0) }
        let request = EncodingRequest(inputs)
        try workers.submit(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { request.resume($0) }
        } onCancel: {
            workers.cancel(request)
        }
        return try outcome.get()
    }
}
