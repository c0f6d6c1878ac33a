import CInferenceKernels

/// Computes the rows of texts, their tokens packed one after the other into one matrix, without padding.
///
/// `@unchecked Sendable`: each thread has memory of its own, and the parts of one batch write different rows of it.
final class TransformerEncoder: RowEncoder, @unchecked Sendable {
    /// Rows of the matrices between two attentions; their results stay in the cache from one product to the next.
    static let tile = 128
    /// oneDNN's packed layouts need whole blocks of rows.
    static let rowBlock = 16
    /// Rows of a part are a multiple of this, and at least so many: fewer are not worth reading the weights.
    private static let partBlock = 8

    let capacity: Int

    private let model: TransformerModel
    private let shape: TransformerShape
    private let kernels: Kernels
    private let attend: inference_attend_t
    private let activate: Kernels.Activation
    /// Of each thread.
    private let workspaces: [Workspace]
    private let products: [LayerProducts]
    /// Rows of one product of queries, keys, and values.
    private let step: Int

    /// - Parameters:
    ///   - rows: tokens one call should be able to take; at least one text of maximal length always fits.
    ///   - threads: from which it is called.
    init(_ model: TransformerModel, rows: Int, threads: Int, kernels: Kernels) throws(InferenceError) {
        self.model = model
        self.kernels = kernels
        shape = model.shape
        attend = kernels.attention(in: model.precision)
        activate = kernels.activation(model.activation)
        step = Self.wholeBlocks(rows)
        capacity = Self.wholeBlocks(max(rows, shape.maxTokens))
        let tile = min(Self.tile, capacity)
        var products: [LayerProducts] = []
        for _ in 0..<threads {
            products.append(try LayerProducts(model, rows: step, tile: tile, kernels: kernels))
        }
        self.products = products
        let (capacity, step) = (capacity, step)
        workspaces = products.map { _ in Workspace(model, rows: capacity, step: step, tile: tile) }
    }

    func encode(
        _ tokens: [Int32],
        lengths: [Int],
        firsts: [Int],
        by team: ForkJoin
    ) throws(InferenceError) -> UnsafePointer<Float> {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        let batch = workspaces[team.thread]
        let rows = Self.wholeBlocks(tokens.count)
        try embed(tokens, lengths: lengths, firsts: firsts, rows: rows, into: batch)
        let parts = team.parts(of: rows, by: Self.partBlock)
        let heads = team.parts(of: lengths.count * shape.heads, by: 1)
        for layer in model.layers {
            try team.run(parts.count) { part, thread throws(InferenceError) in
                try project(layer, parts[part], of: batch, on: thread)
                place(layer, parts[part], lengths, of: batch)
            }
            try team.run(heads.count) { part, thread in attend(layer, heads[part], lengths, of: batch, on: thread) }
            try team.run(parts.count) { part, thread throws(InferenceError) in
                for start in stride(from: parts[part].lowerBound, to: parts[part].upperBound, by: Self.tile) {
                    let count = min(Self.tile, parts[part].upperBound - start)
                    try finish(layer, from: start, rows: count, of: batch, on: thread)
                }
            }
        }
        model.finalNormalization?.apply(to: batch.residual, rows: tokens.count, by: kernels)
        return UnsafePointer(batch.residual)
    }

    private static func wholeBlocks(_ rows: Int) -> Int { (rows + rowBlock - 1) / rowBlock * rowBlock }

    /// Sums of word, position and type embeddings, normalised; rows past the last token are zero.
    private func embed(
        _ tokens: [Int32],
        lengths: [Int],
        firsts: [Int],
        rows: Int,
        into batch: Workspace
    ) throws(InferenceError) {
        let width = shape.width
        var row = 0
        for (length, first) in zip(lengths, firsts) {
            for place in 0..<length {
                let destination = batch.residual + row * width
                try model.words.copy(row: Int(tokens[row]), to: destination)
                model.addPlace(place, type: place < first ? 0 : 1, to: destination, by: kernels)
                row += 1
            }
        }
        (batch.residual + row * width).update(repeating: 0, count: (rows - row) * width)
        (batch.mixed + row * shape.queryWidth).update(repeating: 0, count: (rows - row) * shape.queryWidth)
        model.embeddingNormalization?.apply(to: batch.residual, rows: row, by: kernels)
    }

    /// Queries, keys, and values of some rows.
    private func project(
        _ layer: TransformerLayer,
        _ rows: Range<Int>,
        of batch: Workspace,
        on thread: Int
    ) throws(InferenceError) {
        for start in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
            let count = min(step, rows.upperBound - start)
            try products[thread].multiply(
                layer.attention,
                input(from: start, rows: count, layer.attentionNormalization, of: batch, on: thread),
                into: batch.attention + start * shape.attentionWidth,
                rows: count
            )
        }
    }

    /// The rows of the residual, or what the model's normalisation before a product makes of them.
    private func input(
        from start: Int,
        rows: Int,
        _ normalization: Normalization?,
        of batch: Workspace,
        on thread: Int
    ) -> UnsafePointer<Float> {
        let residual = batch.residual + start * shape.width
        guard model.order == .before, let normalization else { return UnsafePointer(residual) }
        let normalized = workspaces[thread].normalized
        normalized.update(from: residual, count: rows * shape.width)
        normalization.apply(to: normalized, rows: rows, by: kernels)
        return UnsafePointer(normalized)
    }

    /// Normalises the heads of queries and keys of some rows, and turns them by their places, where the layer does so.
    private func place(_ layer: TransformerLayer, _ rows: Range<Int>, _ lengths: [Int], of batch: Workspace) {
        guard layer.rotary != nil || layer.headNormalizations != nil else { return }
        var text = 0
        for length in lengths {
            for row in rows.clamped(to: text..<text + length) {
                for head in 0..<shape.heads + shape.keyValueHeads {
                    let values = batch.attention + row * shape.attentionWidth + head * shape.headWidth
                    if let (query, key) = layer.headNormalizations {
                        (head < shape.heads ? query : key).apply(to: values, rows: 1, by: kernels)
                    }
                    layer.rotary?.rotate(values, at: row - text, by: kernels)
                }
            }
            text += length
        }
    }

    /// Attention of some heads, counted over all texts.
    private func attend(
        _ layer: TransformerLayer,
        _ heads: Range<Int>,
        _ lengths: [Int],
        of batch: Workspace,
        on thread: Int
    ) {
        let headWidth = shape.headWidth
        let sharing = shape.heads / shape.keyValueHeads
        var kind = inference_attention_t(
            scale: 1 / Float(headWidth).squareRoot(),
            before: layer.window?.before ?? .max,
            after: layer.window?.after ?? .max,
            bias: nil
        )
        var row = 0
        for (text, length) in lengths.enumerated() {
            let start = batch.attention + row * shape.attentionWidth
            let keys = start + shape.queryWidth
            let first = text * shape.heads
            for head in heads.clamped(to: first..<first + shape.heads).lazy.map({ $0 - first }) {
                kind.bias = model.placeBias?.ofHead(head)
                let key = keys + head / sharing * headWidth
                attend(
                    &kind,
                    start + head * headWidth,
                    key,
                    key + shape.keyValueWidth,
                    shape.attentionWidth,
                    length,
                    headWidth,
                    batch.mixed + row * shape.queryWidth + head * headWidth,
                    shape.queryWidth,
                    workspaces[thread].attentionScratch
                )
            }
            row += length
        }
    }

    /// All of a layer after its attention, for one tile of rows.
    private func finish(
        _ layer: TransformerLayer,
        from start: Int,
        rows: Int,
        of batch: Workspace,
        on thread: Int
    ) throws(InferenceError) {
        let products = products[thread]
        let feedForward = workspaces[thread].feedForward
        let residual = batch.residual + start * shape.width
        let isAfter = model.order == .after
        try products.multiply(
            layer.attentionOutput,
            batch.mixed + start * shape.queryWidth,
            into: residual,
            rows: rows
        )
        if isAfter { layer.attentionNormalization?.apply(to: residual, rows: rows, by: kernels) }
        let input = input(from: start, rows: rows, layer.feedForwardNormalization, of: batch, on: thread)
        try products.multiply(layer.feedForwardUp, input, into: feedForward, rows: rows)
        activate(rows: rows, of: feedForward)
        try products.multiply(layer.feedForwardDown, feedForward, into: residual, rows: rows)
        if isAfter { layer.feedForwardNormalization?.apply(to: residual, rows: rows, by: kernels) }
    }

    private func activate(rows: Int, of feedForward: UnsafeMutablePointer<Float>) {
        let width = shape.feedForwardWidth
        guard model.isGated else { return activate(feedForward, rows * width) }
        for row in 0..<rows { activate(feedForward + row * width * 2, width) }
        kernels.functions.pointee.gate(feedForward, rows, width)
    }
}
