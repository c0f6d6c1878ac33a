import EmbeddingCore
import SurrealDB
import Telemetry

/// The table of all settings: flags, environment, `.env.example`, `--help`, and the table of docs/settings.md come from it.
enum Settings {
    static let dbURL = Setting.url(
        "DB_URL",
        "ws://localhost:8000",
        "SurrealDB; `ws` and `wss` use the HTTP RPC of the same server",
        schemes: ["ws", "wss", "http", "https"]
    )
    static let dbUser = Setting.text("DB_USER", "root", "user of the database")
    static let dbPass = Setting.text("DB_PASS", "root", "password of the database", isSecret: true)
    static let dbAuthLevel = Setting.choice(
        "DB_AUTH_LEVEL",
        SurrealConfiguration.AuthLevel.root,
        "where the user is defined"
    )
    static let dbNamespace = Setting.text("DB_NAMESPACE", "gitstars", "namespace")
    static let dbDatabase = Setting.text("DB_DATABASE", "stars", "database")
    static let poolSize = Setting.integer("POOL_SIZE", 10, in: 1...1000, "connections to the database at most")

    static let provider = Setting.choice("EMBEDDING_PROVIDER", ProviderName.builtin, "where vectors come from")
    static let model = Setting.optional(
        "EMBEDDING_MODEL",
        "the model's name as the provider knows it",
        shown: "per provider: `all-MiniLM-L6-v2`, `nomic-embed-text`, `text-embedding-3-small`, `BAAI/bge-base-en-v1.5`"
    )
    static let dimensions = Setting.optionalInteger(
        "EMBEDDING_DIMENSIONS",
        in: 1...8192,
        shown: "the model's own",
        "shorter vectors where the model allows it (Matryoshka): cut and renormalised"
    )
    static let ollamaURL = Setting.urls(
        "OLLAMA_URL",
        "http://localhost:11434",
        "several, comma-separated: requests are spread, a failing one is left out for a while"
    )
    static let ollamaPull = Setting.boolean("OLLAMA_PULL", false, "pull a missing Ollama model")
    static let openAIKey = Setting.optional("OPENAI_API_KEY", "key of OpenAI", isSecret: true)
    static let openAIBaseURL = Setting.url(
        "OPENAI_BASE_URL",
        "https://api.openai.com/v1",
        "any OpenAI-compatible server",
        schemes: ["http", "https"]
    )
    static let togetherKey = Setting.optional("TOGETHER_API_KEY", "key of Together AI", isSecret: true)
    static let togetherBaseURL = Setting.url(
        "TOGETHER_BASE_URL",
        "https://api.together.xyz/v1",
        "Together AI",
        schemes: ["http", "https"]
    )
    static let builtinModelDirectory = Setting.text(
        "BUILTIN_MODEL_DIR",
        "models/all-MiniLM-L6-v2",
        "a sentence-transformers folder of BERT architecture"
    )
    static let builtinThreads = Setting.optionalInteger(
        "BUILTIN_THREADS",
        in: 1...1024,
        shown: "cores",
        "threads of the built-in model"
    )
    static let builtinPrecision = Setting<BuiltInPrecision?>(
        "BUILTIN_PRECISION",
        default: nil,
        shown: "best for the CPU",
        "`fp32`, `bf16` or `int8`",
        accepted: "one of fp32, bf16, int8"
    ) { text in BuiltInPrecision(rawValue: text.lowercased()).map { .some($0) } }
    static let queryPrefix = Setting.prefix("QUERY_PREFIX", "put before a query; `none` for nothing")
    static let documentPrefix = Setting.prefix("DOCUMENT_PREFIX", "put before a document; `none` for nothing")
    static let batchSize = Setting.integer("BATCH_SIZE", 64, in: 1...2048, "texts in one provider call at most")
    static let batchDelay = Setting.integer(
        "BATCH_DELAY_MS",
        0,
        in: 0...3_600_000,
        "pause between pipeline batches"
    )
    static let batchWindow = Setting.integer(
        "BATCH_WINDOW_MS",
        2,
        in: 0...1000,
        "how long the push API waits for company before a call"
    )
    static let parallelWorkers = Setting.integer("PARALLEL_WORKERS", 4, in: 1...256, "provider calls in flight at most")
    static let tokenLimit = Setting.optionalInteger(
        "TOKEN_LIMIT",
        in: 8...1_000_000,
        shown: "the model's own",
        "longer texts are cut at a token boundary and counted"
    )
    static let retryAttempts = Setting.integer("RETRY_ATTEMPTS", 5, in: 1...100, "tries of a call or a repo")
    static let retryDelay = Setting.integer(
        "RETRY_DELAY_MS",
        500,
        in: 1...300_000,
        "first delay; doubles with full jitter, at most 5 min"
    )
    static let requestsPerMinute = Setting.optionalInteger(
        "REQUESTS_PER_MINUTE",
        in: 0...10_000_000,
        shown: "OpenAI 3000, Together 1000, others none",
        "pace of provider calls; 0 for no limit"
    )
    static let tokensPerMinute = Setting.optionalInteger(
        "TOKENS_PER_MINUTE",
        in: 0...1_000_000_000,
        shown: "OpenAI 1000000, others none",
        "pace of tokens; 0 for no limit"
    )
    static let embedPrivateRepos = Setting.boolean(
        "EMBED_PRIVATE_REPOS",
        false,
        "lets private repos' text go to cloud providers"
    )
    static let keepExistingVectors = Setting.boolean(
        "KEEP_EXISTING_VECTORS",
        false,
        "keeps vectors that the predecessor made with a model of the same name and length, instead of making them again"
    )
    static let embedStars = Setting.choice(
        "EMBED_STARS",
        StarsInText.rounded,
        "star count in the text: `rounded` to two digits, `exact`, `none`"
    )
    static let pollInterval = Setting.integer(
        "POLL_INTERVAL_MS",
        500,
        in: 10...60_000,
        "how often due jobs are looked for when none were found"
    )
    static let leaseSeconds = Setting.integer("LEASE_SECONDS", 60, in: 5...3600, "how long a claimed job is ours")
    static let reconcileInterval = Setting.integer(
        "RECONCILE_INTERVAL_SECONDS",
        3600,
        in: 10...604_800,
        "how often the table is swept for rows that no job covers"
    )
    static let searchBackend = Setting.choice(
        "SEARCH_BACKEND",
        SearchBackend.surrealdb,
        "`surrealdb` (HNSW in the database) or `memory` (exact, in the process)"
    )

    static let host = Setting.text("HOST", "127.0.0.1", "address to listen on")
    static let port = Setting.integer("PORT", 9090, in: 0...65535, "port of every route; 0 takes a free one")
    static let monitoringPort = Setting.optionalInteger(
        "MONITORING_PORT",
        in: 0...65535,
        shown: "= `PORT`",
        "if another port: health, probes and metrics are served there, and only there"
    )
    static let apiKeys = Setting.list(
        "API_KEYS",
        "bearer keys, comma-separated, for everything but probes, metrics and signed webhooks; a file of them "
            + "(`API_KEYS_FILE`) is read again when it changes",
        isSecret: true
    )
    static let privateSearchKeys = Setting.list(
        "PRIVATE_SEARCH_KEYS",
        "the keys that see private repos",
        isSecret: true
    )
    static let apiRateLimit = Setting.optionalInteger(
        "API_RATE_LIMIT_PER_MINUTE",
        in: 1...1_000_000,
        "requests a key may make"
    )
    static let webhookSecret = Setting.optional(
        "GITHUB_WEBHOOK_SECRET",
        "unset: the webhook answers 403",
        isSecret: true
    )
    static let maxBodyBytes = Setting.bytes("MAX_BODY_BYTES", 2 << 20, in: 1024...(1 << 30), "largest request body")
    static let maxConnections = Setting.integer("MAX_CONNECTIONS", 10_000, in: 1...1_000_000, "open connections")
    static let requestTimeout = Setting.integer(
        "REQUEST_TIMEOUT_MS",
        30_000,
        in: 10...3_600_000,
        "how long an answer may take"
    )
    static let idleTimeout = Setting.integer(
        "IDLE_TIMEOUT_MS",
        75_000,
        in: 10...3_600_000,
        "how long an idle connection is kept"
    )
    static let shutdownGrace = Setting.integer(
        "SHUTDOWN_GRACE_MS",
        25_000,
        in: 0...3_600_000,
        "how long requests and batches in flight may finish after SIGTERM"
    )
    static let maxClientBatch = Setting.integer(
        "MAX_CLIENT_BATCH",
        2048,
        in: 1...100_000,
        "inputs in one embedding request"
    )
    static let cacheMaxBytes = Setting.bytes(
        "CACHE_MAX_BYTES",
        64 << 20,
        in: 0...(1 << 40),
        "embedding cache; 0 turns it off"
    )
    static let logLevel = Setting(
        "LOG_LEVEL",
        default: LogLevels(),
        shown: "info",
        "also per part: `warn,pipeline=debug`",
        accepted: "trace, debug, info, notice, warning, error, critical, and PART=LEVEL after a comma"
    ) { LogLevels(parsing: $0) }
    static let logFormat = Setting<LineLogHandler.Format?>(
        "LOG_FORMAT",
        default: nil,
        shown: "`text` on a terminal, else `json`",
        "`text` or `json`",
        accepted: "text or json"
    ) { text in LineLogHandler.Format(rawValue: text.lowercased()).map { .some($0) } }

    static let traceEndpoint = Setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        default: String?.none,
        shown: "",
        "where traces go, OTLP over HTTP, such as `http://localhost:4318`; unset: none are made",
        accepted: "a URL such as http://localhost:4318"
    ) { URLSyntax.isValid($0, schemes: ["http", "https"]) ? .some($0) : nil }
    static let traceHeaders = Setting.list(
        "OTEL_EXPORTER_OTLP_HEADERS",
        "fields sent with traces, `name=value`, comma-separated",
        isSecret: true
    )
    static let serviceName = Setting.text("OTEL_SERVICE_NAME", "embed-star", "the service's name in traces")
    static let traceRatio = Setting(
        "OTEL_TRACES_SAMPLER_ARG",
        default: 1.0,
        shown: "1",
        "share of the traces begun here that is recorded, 0 to 1",
        accepted: "a number from 0 to 1"
    ) { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }

    /// In the order people read them.
    static let all: [any AnySetting] = [
        dbURL, dbUser, dbPass, dbAuthLevel, dbNamespace, dbDatabase, poolSize,
        provider, model, dimensions, ollamaURL, ollamaPull, openAIKey, openAIBaseURL, togetherKey, togetherBaseURL,
        builtinModelDirectory, builtinThreads, builtinPrecision, queryPrefix, documentPrefix,
        batchSize, batchDelay, batchWindow, parallelWorkers, tokenLimit, retryAttempts, retryDelay,
        requestsPerMinute, tokensPerMinute, embedPrivateRepos, keepExistingVectors,
        embedStars,
        pollInterval, leaseSeconds, reconcileInterval, searchBackend,
        host, port, monitoringPort, apiKeys, privateSearchKeys, apiRateLimit, webhookSecret,
        maxBodyBytes, maxConnections, requestTimeout, idleTimeout, shutdownGrace, maxClientBatch, cacheMaxBytes,
        logLevel, logFormat, traceEndpoint, traceHeaders, serviceName, traceRatio,
    ]

    private static let namesByFlag: [String: String] = {
        let names = all.map { ($0.flag, $0.name) }
        let files = all.filter(\.isSecret).map { ("\($0.flag)-file", "\($0.name)_FILE") }
        return Dictionary(uniqueKeysWithValues: names + files)
    }()

    /// `DB_URL` for `--db-url`.
    static func name(ofFlag flag: String) -> String? { namesByFlag[flag] }
}

/// What holds the vectors that search compares.
enum SearchBackend: String, Sendable, CaseIterable { case surrealdb, memory }

/// Number formats of the built-in model.
enum BuiltInPrecision: String, Sendable, CaseIterable { case fp32, bf16, int8 }
