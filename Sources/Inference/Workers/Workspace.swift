import CInferenceKernels

/// Memory for the intermediate results of one worker, as large as its largest batch; the system gives pages of it when
/// they are first written.
final class Workspace {
    /// Rows of the residual stream, `width` floats each.
    let residual: UnsafeMutablePointer<Float>
    /// Rows of queries, keys, and values, `3 * width` floats each.
    let attention: UnsafeMutablePointer<Float>
    /// Rows of attention results, `width` floats each.
    let mixed: UnsafeMutablePointer<Float>
    /// One tile of feed-forward results, `feedForwardWidth` floats a row.
    let feedForward: UnsafeMutablePointer<Float>
    /// The source of a product in bf16 or int8.
    let converted: UnsafeMutableRawPointer
    /// One tile of products in int8, and how the rows they came from were quantized.
    let sums: UnsafeMutablePointer<Int32>
    let rowScales: UnsafeMutablePointer<inference_row_scale_t>
    /// For the scores of one attention head over one text.
    let scores: UnsafeMutablePointer<Float>

    init(_ configuration: ModelConfiguration, rows: Int, tile: Int) {
        let longest = (configuration.maxTokens + 15) / 16 * 16
        let widest = tile * max(configuration.feedForwardWidth, configuration.width)
        residual = Self.allocate(rows * configuration.width)
        attention = Self.allocate(rows * configuration.width * 3)
        mixed = Self.allocate(rows * configuration.width)
        feedForward = Self.allocate(tile * configuration.feedForwardWidth)
        let halves: UnsafeMutablePointer<UInt16> = Self.allocate(max(rows * configuration.width, widest))
        converted = UnsafeMutableRawPointer(halves)
        sums = Self.allocate(widest)
        rowScales = Self.allocate(tile)
        scores = Self.allocate((configuration.headWidth + 4) * longest)
    }

    deinit {
        residual.deallocate()
        attention.deallocate()
        mixed.deallocate()
        feedForward.deallocate()
        converted.deallocate()
        sums.deallocate()
        rowScales.deallocate()
        scores.deallocate()
    }

    /// Not initialized: every result is written before it is read.
    private static func allocate<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
        UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
            .bindMemory(to: Element.self, capacity: count)
    }
}
