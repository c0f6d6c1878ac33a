import COneDNN

/// Computes the batches of one model, with an encoder for each thread.
///
/// `@unchecked Sendable`: an encoder is used by the thread of its number alone.
final class BatchEncoder: @unchecked Sendable {
    /// Fewer tokens than this are not worth another core.
    private static let tokensPerCore = 16

    let tokenizer: Tokenizer
    let maxTokens: Int
    /// Floats of a token's row.
    private let width: Int
    private let isPooled: Bool
    private let kernels: Kernels
    private let encoders: [any RowEncoder]

    /// - Parameter rows: tokens one batch should be able to take.
    /// - Throws: `.backend`.
    init(
        _ model: any LoadedModel,
        _ tokenizer: Tokenizer,
        kernels: Kernels,
        maxTokens: Int,
        rows: Int,
        threads: Int
    ) throws(InferenceError) {
        self.tokenizer = tokenizer
        width = model.width
        self.kernels = kernels
        self.maxTokens = maxTokens
        isPooled = model.isPooled
        var encoders: [any RowEncoder] = []
        for _ in 0..<threads { encoders.append(try model.makeEncoder(rows: rows, kernels: kernels)) }
        self.encoders = encoders
    }

    /// - Parameters:
    ///   - thread: the caller's number.
    ///   - cores: how many may be used.
    func encode(_ slices: [EncodingQueue.Slice], thread: Int, cores: Int) {
        let encoder = encoders[thread]
        var batch = PackedBatch()
        var tokens: [Int32] = []
        for slice in slices where !slice.request.isFinished {
            for index in slice.inputs {
                tokens.removeAll(keepingCapacity: true)
                let first = append(slice.request.inputs[index], to: &tokens)
                let owner = PackedBatch.Owner(request: slice.request, index: index)
                if batch.append(tokens, first: first, of: owner, capacity: encoder.capacity) { continue }
                run(batch, with: encoder, cores)
                batch = PackedBatch()
                _ = batch.append(tokens, first: first, of: owner, capacity: encoder.capacity)
            }
        }
        run(batch, with: encoder, cores)
    }

    /// - Returns: how many tokens belong to the first text.
    private func append(_ input: EncoderInput, to tokens: inout [Int32]) -> Int {
        switch input {
        case .text(let text): tokenizer.append(text, limit: maxTokens, to: &tokens)
        case .pair(let text, let other): return tokenizer.append(text, other, limit: maxTokens, to: &tokens)
        case .tokens(let ids): tokens.append(contentsOf: ids.prefix(maxTokens))
        }
        return tokens.count
    }

    private func run(_ batch: PackedBatch, with encoder: any RowEncoder, _ cores: Int) {
        guard !batch.isEmpty else { return }
        // Of the calling thread, whose products are divided among so many.
        omp_set_num_threads(Int32(max(1, min(cores, batch.tokens.count / Self.tokensPerCore))))
        do {
            let rows = try encoder.encode(batch.tokens, lengths: batch.lengths, firsts: batch.firsts)
            batch.deliver(rows, width: width, isPooled: isPooled, by: kernels)
        } catch {
            batch.fail(error)
        }
    }
}
