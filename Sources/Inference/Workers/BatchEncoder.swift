/// Computes the batches of one model.
final class BatchEncoder: Sendable {
    let tokenizer: Tokenizer
    let maxTokens: Int
    /// Floats of a token's row.
    private let width: Int
    private let isPooled: Bool
    private let kernels: Kernels
    private let encoder: any RowEncoder

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
        encoder = try model.makeEncoder(rows: rows, threads: threads, kernels: kernels)
    }

    /// - Parameter team: among whom the work is divided; the caller has its number.
    func encode(_ slices: [EncodingQueue.Slice], by team: ForkJoin) {
        var batch = PackedBatch()
        var tokens: [Int32] = []
        for slice in slices where !slice.request.isFinished {
            for index in slice.inputs {
                tokens.removeAll(keepingCapacity: true)
                let first = append(slice.request.inputs[index], to: &tokens)
                let owner = PackedBatch.Owner(request: slice.request, index: index)
                if batch.append(tokens, first: first, of: owner, capacity: encoder.capacity) { continue }
                run(batch, by: team)
                batch = PackedBatch()
                _ = batch.append(tokens, first: first, of: owner, capacity: encoder.capacity)
            }
        }
        run(batch, by: team)
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

    private func run(_ batch: PackedBatch, by team: ForkJoin) {
        guard !batch.isEmpty else { return }
        defer { team.end() }
        do {
            let rows = try encoder.encode(batch.tokens, lengths: batch.lengths, firsts: batch.firsts, by: team)
            batch.deliver(rows, width: width, isPooled: isPooled, by: kernels)
        } catch {
            batch.fail(error)
        }
    }
}
