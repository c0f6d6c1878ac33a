/// Memory for the intermediate results of one worker, as large as its largest batch.
final class Workspace {
    /// Rows of the residual stream, `width` floats each.
    let residual: UnsafeMutablePointer<Float>
    /// Rows of queries, keys, and values, `3 * width` floats each.
    let attention: UnsafeMutablePointer<Float>
    /// Rows of attention results, `width` floats each.
    let mixed: UnsafeMutablePointer<Float>
    /// One tile of feed-forward results, `feedForwardWidth` elements a row.
    let feedForward: UnsafeMutableRawPointer
    /// Rows rounded to bf16 as the source of a product, `width` elements each.
    let rounded: UnsafeMutablePointer<UInt16>
    /// For the scores of one attention head over one text.
    let scores: UnsafeMutablePointer<Float>

    init(_ configuration: ModelConfiguration, rows: Int, tile: Int) {
        let longest = (configuration.maxTokens + 15) / 16 * 16
        residual = Self.floats(rows * configuration.width)
        attention = Self.floats(rows * configuration.width * 3)
        mixed = Self.floats(rows * configuration.width)
        feedForward = UnsafeMutableRawPointer(Self.floats(tile * configuration.feedForwardWidth))
        rounded = UnsafeMutableRawPointer(Self.floats(rows * configuration.width / 2 + 1))
            .assumingMemoryBound(to: UInt16.self)
        scores = Self.floats((configuration.headWidth + 4) * longest)
    }

    deinit {
        residual.deallocate()
        attention.deallocate()
        mixed.deallocate()
        feedForward.deallocate()
        rounded.deallocate()
        scores.deallocate()
    }

    private static func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
            .initializeMemory(as: Float.self, repeating: 0, count: count)
    }
}
