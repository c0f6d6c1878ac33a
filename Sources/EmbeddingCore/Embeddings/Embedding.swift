/// A usable vector: finite, of the expected length, and not zero (guarantee G10). It cannot be made otherwise.
package struct Embedding: Sendable, Hashable {
    /// The components, in the model's order.
    package let values: [Float]

    /// Checks `values` and, when `normalized` is asked for, scales them to unit length.
    /// - Throws: `EmbeddingError` with code `.badResponse` for a wrong count, NaN, infinity, or zero norm.
    package init(validating values: [Float], dimensions: Int, normalized: Bool = true) throws(EmbeddingError) {
        guard values.count == dimensions else {
            throw EmbeddingError(
                .badResponse,
                "the vector has \(values.count) dimensions, but \(dimensions) were expected"
            )
        }
        var sum: Float = 0
        for value in values { sum += value * value }
        guard sum.isFinite, sum > 0 else {
            throw EmbeddingError(.badResponse, "the vector is zero or has components that are not finite numbers")
        }
        guard normalized, abs(sum - 1) > 1e-6 else {
            self.values = values
            return
        }
        let scale = 1 / sum.squareRoot()
        self.values = values.map { $0 * scale }
    }
}
