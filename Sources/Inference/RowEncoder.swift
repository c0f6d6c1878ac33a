/// Computes one row for each token of several texts, or for each text where the model says so, with memory for each thread.
protocol RowEncoder: Sendable {
    /// Rows one call can take.
    var capacity: Int { get }

    /// - Parameters:
    ///   - tokens: of all texts one after the other, at most `capacity`, all below the model's `vocabulary`.
    ///   - lengths: tokens of each text, at most the model's `maxTokens`.
    ///   - firsts: how many of them belong to the first of two texts; all where there is one.
    ///   - team: among whom the work is divided.
    /// - Returns: the rows of the tokens or texts, `width` floats each, valid until the thread's next call.
    func encode(
        _ tokens: [Int32],
        lengths: [Int],
        firsts: [Int],
        by team: ForkJoin
    ) throws(InferenceError) -> UnsafePointer<Float>
}
