package import EmbeddingCore

/// The settings of the embedding provider and of what wraps it; the defaults are those of the product.
package struct ProvidersConfiguration: Sendable {
    package var provider: ProviderName
    /// The provider's own name of the model; nil for the provider's default.
    package var model: String?
    /// Floats in each vector; nil for the model's own.
    package var dimensions: Int?
    /// Base URLs of Ollama servers that share the work.
    package var ollamaURLs: [String]
    /// Whether Ollama downloads a model it lacks.
    package var pullsOllamaModel: Bool
    package var openAIKey: String?
    package var openAIBaseURL: String
    package var togetherKey: String?
    package var togetherBaseURL: String
    /// A folder with a model of sentence-transformers.
    package var builtInModelDirectory: String
    /// Threads of the built-in model; nil for one a core.
    package var builtInThreads: Int?
    /// `fp32`, `bf16` or `int8`; nil for the best of the CPU.
    package var builtInPrecision: String?
    /// Put before a query; nil for the model's own.
    package var queryPrefix: String?
    /// Put before a document; nil for the model's own.
    package var documentPrefix: String?
    /// Texts in one provider call at most.
    package var batchSize: Int
    /// How long texts wait for company while another call is under way.
    package var batchWindow: Duration
    /// Provider calls under way at most.
    package var parallelCalls: Int
    /// Tokens of one text at most; nil for the model's own limit.
    package var tokenLimit: Int?
    /// Tries of one call, the first included.
    package var retryAttempts: Int
    /// The first delay between tries; it doubles.
    package var retryDelay: Duration
    /// nil for the provider's default, 0 for none.
    package var requestsPerMinute: Int?
    /// nil for the provider's default, 0 for none.
    package var tokensPerMinute: Int?
    /// Bytes of cached vectors; 0 turns the cache off.
    package var cacheMaxBytes: Int
    /// Texts that wait or are under way at most; beyond it requests are refused.
    package var queueCapacity: Int

    package init(
        provider: ProviderName = .builtin,
        model: String? = nil,
        dimensions: Int? = nil,
        ollamaURLs: [String] = ["http://localhost:11434"],
        pullsOllamaModel: Bool = false,
        openAIKey: String? = nil,
        openAIBaseURL: String = "https://api.openai.com/v1",
        togetherKey: String? = nil,
        togetherBaseURL: String = "https://api.together.xyz/v1",
        builtInModelDirectory: String = "models/all-MiniLM-L6-v2",
        builtInThreads: Int? = nil,
        builtInPrecision: String? = nil,
        queryPrefix: String? = nil,
        documentPrefix: String? = nil,
        batchSize: Int = 64,
        batchWindow: Duration = .milliseconds(2),
        parallelCalls: Int = 4,
        tokenLimit: Int? = nil,
        retryAttempts: Int = 5,
        retryDelay: Duration = .milliseconds(500),
        requestsPerMinute: Int? = nil,
        tokensPerMinute: Int? = nil,
        cacheMaxBytes: Int = 64 << 20,
        queueCapacity: Int = 16_384
    ) {
        self.provider = provider
        self.model = model
        self.dimensions = dimensions
        self.ollamaURLs = ollamaURLs
        self.pullsOllamaModel = pullsOllamaModel
        self.openAIKey = openAIKey
        self.openAIBaseURL = openAIBaseURL
        self.togetherKey = togetherKey
        self.togetherBaseURL = togetherBaseURL
        self.builtInModelDirectory = builtInModelDirectory
        self.builtInThreads = builtInThreads
        self.builtInPrecision = builtInPrecision
        self.queryPrefix = queryPrefix
        self.documentPrefix = documentPrefix
        self.batchSize = batchSize
        self.batchWindow = batchWindow
        self.parallelCalls = parallelCalls
        self.tokenLimit = tokenLimit
        self.retryAttempts = retryAttempts
        self.retryDelay = retryDelay
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.cacheMaxBytes = cacheMaxBytes
        self.queueCapacity = queueCapacity
    }

    /// The model's name, the provider's default filled in.
    package var modelName: String { model ?? Self.defaultModel(of: provider) }

    /// The model used when none is named.
    package static func defaultModel(of provider: ProviderName) -> String {
        switch provider {
        case .builtin: "all-MiniLM-L6-v2"
        case .ollama: "nomic-embed-text"
        case .openai: "text-embedding-3-small"
        case .together: "BAAI/bge-base-en-v1.5"
        }
    }
}
