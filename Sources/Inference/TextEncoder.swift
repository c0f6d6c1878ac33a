/// A model of sentence-transformers, of any family in `ModelFamilies`, computed on threads of its own.
package final class TextEncoder: Sendable {
    /// As it was named, else the last part of the folder's path, such as `all-MiniLM-L6-v2`.
    package let modelName: String
    /// Floats in each vector.
    package var dimensions: Int { head.dimensions }
    /// Floats in the vector of a token.
    package var width: Int { pool.model.width }
    /// Whether there is a vector for each token of a text.
    package var givesTokenVectors: Bool { !pool.model.isPooled }
    /// Every token id is below.
    package var vocabulary: Int { pool.model.vocabulary }
    /// Tokens of one text, special tokens included; longer texts are cut at their end.
    package var maxTokens: Int { pool.maxTokens }
    /// SHA-256 of the weights file, in lower-case hex.
    package var revision: String { pool.revision }
    /// The number format of the matrix products.
    package var precision: Precision { pool.model.precision }
    /// oneDNN's names of what computes them, such as `brgemm:avx512_core_amx_bf16`; never its reference implementation.
    package var implementations: [String] { pool.model.implementations }
    /// The instruction set of the loops between them: `avx512_bf16`, `avx512`, `avx2`, or `generic`.
    package var instructionSet: String { pool.instructionSet }
    /// What the model wants before a text.
    package let prompts: Prompts
    /// Whether a beginning of a vector is a vector (Matryoshka representation learning).
    package let isMatryoshka: Bool

    private let pool: EncoderPool
    private let head: SentenceHead

    /// What is made of a text.
    package enum Output: Sendable, Hashable {
        /// A vector of unit length.
        case unitVector
        /// The vector before it is brought to unit length.
        case rawVector
        /// The vectors of its tokens, one after the other.
        case tokenVectors
    }

    /// Maps the weights and starts threads for this model alone.
    /// - Parameters:
    ///   - modelDirectory: a folder with `config.json`, `tokenizer.json`, `model.safetensors`, and sentence-transformers'
    ///     own configuration.
    ///   - name: nil for the folder's.
    ///   - threads: encoding threads, at least 1; as many as the processor has cores is best.
    ///   - precision: nil for the fastest that the processor computes without loss.
    /// - Throws: `InferenceError`: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`, `.unsupportedPrecision`,
    ///   `.backend`.
    package convenience init(
        modelDirectory: String,
        name: String? = nil,
        threads: Int,
        precision: Precision? = nil
    ) throws(InferenceError) {
        let threads = try EncoderThreads(count: threads)
        try self.init(modelDirectory: modelDirectory, name: name, on: threads, precision: precision)
    }

    /// Maps the weights; `threads` compute.
    /// - Throws: as the other.
    package convenience init(
        modelDirectory: String,
        name: String?,
        on threads: EncoderThreads,
        precision: Precision?
    ) throws(InferenceError) {
        try self.init(modelDirectory: modelDirectory, name: name, on: threads, precision: precision, kernels: nil)
    }

    init(
        modelDirectory: String,
        name: String? = nil,
        on threads: EncoderThreads,
        precision: Precision?,
        kernels: Kernels?
    ) throws(InferenceError) {
        let folder = try ModelFolder(path: modelDirectory)
        modelName = name ?? folder.name
        prompts = try Prompts(folder)
        isMatryoshka = try folder.isMatryoshka()
        pool = try EncoderPool(folder, threads: threads, precision: precision, kernels: kernels)
        head = try SentenceHead(folder, width: pool.model.width)
    }

    /// Tokens of the whole text, special tokens included, nothing cut.
    package func countTokens(_ text: String) -> Int {
        var tokens: [Int32] = []
        pool.tokenizer.append(text, limit: .max, to: &tokens)
        return tokens.count
    }

    /// The tokens the model sees of `text`, special tokens included, cut at `maxTokens`.
    package func tokens(of text: String) -> [Int32] {
        var tokens: [Int32] = []
        pool.tokenizer.append(text, limit: maxTokens, to: &tokens)
        return tokens
    }

    /// The tokens of the end of `text`, as many as the model takes, special tokens around them.
    package func lastTokens(of text: String, limit: Int) -> [Int32] { pool.tokenizer.last(limit, of: text) }

    /// The tokens of the whole text, and where they stand.
    /// - Parameter special: whether the special tokens are among them.
    package func locatedTokens(of text: String, special: Bool) -> [LocatedToken] {
        pool.tokenizer.located(text, special: special)
    }

    /// The text of ids below `vocabulary`, as Hugging Face's tokenizers put it together.
    /// - Parameter special: whether special tokens are part of it.
    package func text(of tokens: [Int32], special: Bool) -> String { pool.tokenizer.text(of: tokens, special: special) }

    /// Encodes texts in order; those of concurrent calls share batches. When the task is cancelled, no further batch is
    /// begun for it.
    /// - Throws: `InferenceError`: `.overloaded`, `.cancelled`, `.backend`.
    package func encode(_ texts: [String]) async throws(InferenceError) -> EncodedTexts {
        try await encode(texts.map { .text($0) }, as: .unitVector)
    }

    /// The same of inputs of any kind.
    package func encode(_ inputs: [EncoderInput], as output: Output) async throws(InferenceError) -> EncodedTexts {
        let head: any RowHead
        switch output {
        case .unitVector: head = self.head
        case .rawVector:
            var raw = self.head
            raw.isNormalized = false
            head = raw
        case .tokenVectors: head = TokenRows(width: width)
        }
        return try await pool.encode(inputs, head)
    }
}
