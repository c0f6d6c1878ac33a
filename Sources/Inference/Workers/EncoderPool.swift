/// A loaded model with its tokenizer, and its place among those that share the threads.
final class EncoderPool: Sendable {
    let folder: ModelFolder
    /// Tokens of one input, special tokens included; longer ones are cut.
    let maxTokens: Int
    /// SHA-256 of the weights file, in lower-case hex.
    let revision: String
    let weights: Safetensors
    let model: any LoadedModel
    var tokenizer: Tokenizer { encoder.tokenizer }
    /// The name of the kernels' instruction set.
    let instructionSet: String
    private let encoder: BatchEncoder
    private let threads: EncoderThreads
    private let lane: EncodingLanes<BatchEncoder>.ID

    /// Inputs that may wait, all calls together, before `encode` refuses.
    private static let queueCapacity = 65_536

    /// Maps the weights.
    /// - Parameters:
    ///   - precision: nil for the fastest that the processor computes without loss.
    ///   - kernels: nil for the fastest.
    init(
        _ folder: ModelFolder,
        threads: EncoderThreads,
        precision: Precision?,
        kernels: Kernels?
    ) throws(InferenceError) {
        self.folder = folder
        let family = try ModelFamily.of(folder)
        weights = try Safetensors(folder: folder.encoderPath)
        revision = weights.sha256()
        model = try Self.load(family, folder, weights, precision)
        let kernels = if let kernels { kernels } else { try Kernels(fitting: model.kernelWidths) }
        let tokenizer = try TokenizerFile(directory: folder.encoderPath)
            .tokenizer(vocabulary: model.vocabulary, special: model.usesSpecialTokens)
        weights.evict()
        maxTokens = min(try folder.sequenceLimit() ?? .max, model.maxTokens)
        guard maxTokens > tokenizer.template.count, maxTokens > tokenizer.pairTemplate?.count ?? 0 else {
            throw InferenceError(
                .invalidModel,
                "\(folder.encoderPath)/tokenizer.json: the special tokens leave no room in \(maxTokens) tokens"
            )
        }
        instructionSet = kernels.name
        encoder = try BatchEncoder(
            model,
            tokenizer,
            kernels: kernels,
            maxTokens: maxTokens,
            rows: model.batchTokens * 5 / 4,
            threads: threads.count
        )
        self.threads = threads
        lane = threads.add(
            encoder,
            EncodingQueue(
                capacity: Self.queueCapacity,
                batchTokens: model.batchTokens,
                smallestBatch: model.batchTokens / 4,
                maxTokens: maxTokens
            )
        )
    }

    deinit { threads.remove(lane) }

    /// The model in the requested precision, or in the best that oneDNN has more than a reference implementation for.
    private static func load(
        _ family: ModelFamily,
        _ folder: ModelFolder,
        _ weights: Safetensors,
        _ precision: Precision?
    ) throws(InferenceError) -> any LoadedModel {
        let backend = try OneDNN()
        let tried = precision ?? .best
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
    /// - Parameter head: makes the vectors.
    /// - Throws: `.overloaded`, `.cancelled`, `.backend`.
    func encode(_ inputs: [EncoderInput], _ head: any RowHead) async throws(InferenceError) -> EncodedTexts {
        guard !inputs.isEmpty else { return EncodedTexts(vectors: [], tokens: 0) }
        let request = EncodingRequest(inputs, head: head)
        try threads.submit(request, to: lane)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { request.resume($0) }
        } onCancel: {
            threads.cancel(request, in: lane)
        }
        return try outcome.get()
    }
}
