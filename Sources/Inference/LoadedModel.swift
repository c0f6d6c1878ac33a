/// A model whose weights are in memory; all workers share it.
protocol LoadedModel: Sendable {
    /// Floats in the row of one token.
    var width: Int { get }
    /// Rows of the token embedding: every token id is below.
    var vocabulary: Int { get }
    /// Tokens of one text that the model can tell apart, special tokens included.
    var maxTokens: Int { get }
    /// Tokens of one batch that fill a thread's turn.
    var batchTokens: Int { get }
    /// Whether an encoder's rows are of whole texts, a row each.
    var isPooled: Bool { get }
    /// Whether the special tokens of `tokenizer.json` stand around a text.
    var usesSpecialTokens: Bool { get }
    /// The number format of the matrix products.
    var precision: Precision { get }
    /// oneDNN's names of what computes them, each once.
    var implementations: [String] { get }
    /// The widths that must fill whole registers of the kernels.
    var kernelWidths: [Int] { get }

    /// - Parameters:
    ///   - rows: tokens one call should be able to take; one text of `maxTokens` must fit anyway.
    ///   - threads: from which it is called.
    /// - Throws: `.backend`.
    func makeEncoder(rows: Int, threads: Int, kernels: Kernels) throws(InferenceError) -> any RowEncoder
}

extension LoadedModel {
    var batchTokens: Int { 512 }
    var isPooled: Bool { false }
    var usesSpecialTokens: Bool { true }
}
