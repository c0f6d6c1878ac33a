import CInferenceKernels

/// Computes the rows of texts, their tokens packed one after the other into one matrix, without padding.
final class TransformerEncoder: RowEncoder {
    /// Rows of the matrices between two attentions; their results stay in the cache from one product to the next.
    static let tile = 128
    /// oneDNN's packed layouts need whole blocks of rows.
    static let rowBlock = 16

    let capacity: Int

    private let model: TransformerModel
    private let shape: TransformerShape
    private let kernels: Kernels
    private let activate: Kernels.Activation
    private let workspace: Workspace
    private let products: LayerProducts
    /// Rows of one product of queries, keys, and values.
    private let step: Int

    /// - Parameter rows: tokens one call should be able to take; at least one text of maximal length always fits.
    init(_ model: TransformerModel, rows: Int, kernels: Kernels) throws(InferenceError) {
        self.model = model
        self.kernels = kernels
        shape = model.shape
        activate = kernels.activation(model.activation)
        step = Self.wholeBlocks(rows)
        capacity = Self.wholeBlocks(max(rows, shape.maxTokens))
        workspace = Workspace(model, rows: capacity, step: step, tile: min(Self.tile, capacity))
        products = try LayerProducts(model, rows: step, tile: min(Self.tile, capacity), kernels: kernels)
    }

    func encode(_ tokens: [Int32], lengths: [Int], firsts: [Int]) throws(InferenceError) -> UnsafePointer<Float> {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        let rows = Self.wholeBlocks(tokens.count)
        try embed(tokens, lengths: lengths, firsts: firsts, rows: rows)
        for layer in model.layers {
            try project(layer, rows: rows)
            if layer.rotary != nil || layer.headNormalizations != nil { place(layer, lengths) }
            attend(layer, lengths)
            for start in stride(from: 0, to: rows, by: Self.tile) {
                try finish(layer, from: start, rows: min(Self.tile, rows - start))
            }
        }
        model.finalNormalization?.apply(to: workspace.residual, rows: tokens.count, by: kernels)
        return UnsafePointer(workspace.residual)
    }

    private static func wholeBlocks(_ rows: Int) -> Int { (rows + rowBlock - 1) / rowBlock * rowBlock }

    /// Sums of word, position and type embeddings, normalised; rows past the last token are zero.
    private func embed(_ tokens: [Int32], lengths: [Int], firsts: [Int], rows: Int) throws(InferenceError) {
        let width = shape.width
        var row = 0
        for (length, first) in zip(lengths, firsts) {
            for place in 0..<length {
                let destination = workspace.residual + row * width
                try model.words.copy(row: Int(tokens[row]), to: destination)
                model.addPlace(place, type: place < first ? 0 : 1, to: destination, by: kernels)
                row += 1
            }
        }
        (workspace.residual + row * width).update(repeating: 0, count: (rows - row) * width)
        (workspace.mixed + row * shape.queryWidth).update(repeating: 0, count: (rows - row) * shape.queryWidth)
        model.embeddingNormalization?.apply(to: workspace.residual, rows: row, by: kernels)
    }

    /// Queries, keys, and values of all rows.
    private func project(_ layer: TransformerLayer, rows: Int) throws(InferenceError) {
        for start in stride(from: 0, to: rows, by: step) {
            let count = min(step, rows - start)
            try products.multiply(
                layer.attention,
                input(from: start, rows: count, layer.attentionNormalization),
                into: workspace.attention + start * shape.attentionWidth,
                rows: count
            )
        }
    }

    /// The rows of the residual, or what the model's normalisation before a product makes of them.
    private func input(from start: Int, rows: Int, _ normalization: Normalization?) -> UnsafePointer<Float> {
        let residual = workspace.residual + start * shape.width
        guard model.order == .before, let normalization else { return UnsafePointer(residual) }
        workspace.normalized.update(from: residual, count: rows * shape.width)
        normalization.apply(to: workspace.normalized, rows: rows, by: kernels)
        return UnsafePointer(workspace.normalized)
    }

    /// Normalises the heads of queries and keys, and turns them by their places.
    private func place(_ layer: TransformerLayer, _ lengths: [Int]) {
        var row = workspace.attention
        for length in lengths {
            for place in 0..<length {
                for head in 0..<shape.heads + shape.keyValueHeads {
                    let values = row + head * shape.headWidth
                    if let (query, key) = layer.headNormalizations {
                        (head < shape.heads ? query : key).apply(to: values, rows: 1, by: kernels)
                    }
                    layer.rotary?.rotate(values, at: place, by: kernels)
                }
                row += shape.attentionWidth
            }
        }
    }

    private func attend(_ layer: TransformerLayer, _ lengths: [Int]) {
        let headWidth = shape.headWidth
        let sharing = shape.heads / shape.keyValueHeads
        var kind = inference_attention_t(
            scale: 1 / Float(headWidth).squareRoot(),
            before: layer.window?.before ?? .max,
            after: layer.window?.after ?? .max,
            bias: nil
        )
        var row = 0
        for length in lengths {
            let start = workspace.attention + row * shape.attentionWidth
            let keys = start + shape.queryWidth
            for head in 0..<shape.heads {
                kind.bias = model.placeBias?.ofHead(head)
                let key = keys + head / sharing * headWidth
                kernels.functions.pointee.attend(
                    &kind,
                    start + head * headWidth,
                    key,
                    key + shape.keyValueWidth,
                    shape.attentionWidth,
                    length,
                    headWidth,
                    workspace.mixed + row * shape.queryWidth + head * headWidth,
                    shape.queryWidth,
                    workspace.scores
                )
            }
            row += length
        }
    }

    /// All of a layer after its attention, for one tile of rows.
    private func finish(_ layer: TransformerLayer, from start: Int, rows: Int) throws(InferenceError) {
        let residual = workspace.residual + start * shape.width
        let isAfter = model.order == .after
        try products.multiply(
            layer.attentionOutput,
            workspace.mixed + start * shape.queryWidth,
            into: residual,
            rows: rows
        )
        if isAfter { layer.attentionNormalization?.apply(to: residual, rows: rows, by: kernels) }
        let input = input(from: start, rows: rows, layer.feedForwardNormalization)
        try products.multiply(layer.feedForwardUp, input, into: workspace.feedForward, rows: rows)
        activate(rows)
        try products.multiply(layer.feedForwardDown, workspace.feedForward, into: residual, rows: rows)
        if isAfter { layer.feedForwardNormalization?.apply(to: residual, rows: rows, by: kernels) }
    }

    private func activate(_ rows: Int) {
        let width = shape.feedForwardWidth
        guard model.isGated else { return activate(workspace.feedForward, rows * width) }
        for row in 0..<rows { activate(workspace.feedForward + row * width * 2, width) }
        kernels.functions.pointee.gate(workspace.feedForward, rows, width)
    }
}
