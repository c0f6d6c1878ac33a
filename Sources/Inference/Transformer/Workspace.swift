import CInferenceKernels

/// Memory for the intermediate results of one worker, as large as its largest batch; the system gives pages of it when
/// they are first written.
final class Workspace {
    /// Rows of the residual stream, `width` floats each.
    let residual: UnsafeMutablePointer<Float>
    /// What a normalisation before a product makes of some rows of the residual.
    let normalized: UnsafeMutablePointer<Float>
    /// Rows of queries, keys, and values, `attentionWidth` floats each.
    let attention: UnsafeMutablePointer<Float>
    /// Rows of attention results, `queryWidth` floats each.
    let mixed: UnsafeMutablePointer<Float>
    /// One tile of feed-forward results, and of their gates.
    let feedForward: UnsafeMutablePointer<Float>
    /// For what one attention head over one text works on.
    let attentionScratch: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - rows: of the largest batch.
    ///   - step: of the largest product.
    ///   - tile: of the largest product but for attention.
    init(_ model: TransformerModel, rows: Int, step: Int, tile: Int) {
        let shape = model.shape
        residual = Self.allocate(rows * shape.width)
        normalized = Self.allocate(model.order == .before ? step * shape.width : 0)
        attention = Self.allocate(rows * shape.attentionWidth)
        mixed = Self.allocate(rows * shape.queryWidth)
        feedForward = Self.allocate(tile * shape.feedForwardWidth * (model.isGated ? 2 : 1))
        attentionScratch = Self.allocate(inference_attention_scratch(shape.maxTokens, shape.headWidth))
    }

    deinit {
        residual.deallocate()
        normalized.deallocate()
        attention.deallocate()
        mixed.deallocate()
        feedForward.deallocate()
        attentionScratch.deallocate()
    }

    /// Not initialized: every result is written before it is read.
    static func allocate<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
        UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64)
            .bindMemory(to: Element.self, capacity: count)
    }
}
