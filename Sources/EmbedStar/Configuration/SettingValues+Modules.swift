import EmbeddingCore
import Pipeline
import Providers
import Routing
import Server
import SurrealDB

/// The modules' own configurations, made of the settings.
extension SettingValues {
    var database: SurrealConfiguration {
        SurrealConfiguration(
            url: self[Settings.dbURL],
            user: self[Settings.dbUser],
            password: self[Settings.dbPass],
            authLevel: self[Settings.dbAuthLevel],
            namespace: self[Settings.dbNamespace],
            database: self[Settings.dbDatabase],
            poolSize: self[Settings.poolSize]
        )
    }

    var providers: ProvidersConfiguration {
        ProvidersConfiguration(
            provider: self[Settings.provider],
            model: self[Settings.model],
            dimensions: self[Settings.dimensions],
            ollamaURLs: self[Settings.ollamaURL],
            pullsOllamaModel: self[Settings.ollamaPull],
            openAIKey: self[Settings.openAIKey],
            openAIBaseURL: self[Settings.openAIBaseURL],
            togetherKey: self[Settings.togetherKey],
            togetherBaseURL: self[Settings.togetherBaseURL],
            builtInModelDirectory: self[Settings.builtinModelDirectory],
            builtInThreads: self[Settings.builtinThreads],
            builtInPrecision: self[Settings.builtinPrecision]?.rawValue,
            queryPrefix: self[Settings.queryPrefix],
            documentPrefix: self[Settings.documentPrefix],
            batchSize: self[Settings.batchSize],
            batchWindow: .milliseconds(self[Settings.batchWindow]),
            parallelCalls: self[Settings.parallelWorkers],
            tokenLimit: self[Settings.tokenLimit],
            retryAttempts: self[Settings.retryAttempts],
            retryDelay: .milliseconds(self[Settings.retryDelay]),
            requestsPerMinute: self[Settings.requestsPerMinute],
            tokensPerMinute: self[Settings.tokensPerMinute],
            cacheMaxBytes: self[Settings.cacheMaxBytes]
        )
    }

    var pipeline: PipelineConfiguration {
        var configuration = PipelineConfiguration()
        configuration.batchSize = self[Settings.batchSize]
        configuration.parallelBatches = self[Settings.parallelWorkers]
        configuration.batchDelay = .milliseconds(self[Settings.batchDelay])
        configuration.lease = .seconds(self[Settings.leaseSeconds])
        configuration.retryAttempts = self[Settings.retryAttempts]
        configuration.retryDelay = .milliseconds(self[Settings.retryDelay])
        configuration.pollInterval = .milliseconds(self[Settings.pollInterval])
        configuration.reconcileInterval = .seconds(self[Settings.reconcileInterval])
        configuration.grace = .milliseconds(self[Settings.shutdownGrace])
        configuration.embedsPrivate = self[Settings.embedPrivateRepos]
        return configuration
    }

    /// - Parameter port: the one to listen on.
    func server(port: Int) -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(host: self[Settings.host], port: port)
        configuration.limits.connections = self[Settings.maxConnections]
        // Where large bodies are allowed there has to be room for some of them.
        configuration.limits.bufferedBytes = max(configuration.limits.bufferedBytes, 64 * self[Settings.maxBodyBytes])
        configuration.timeouts.idle = .milliseconds(self[Settings.idleTimeout])
        // The routes give up first, with an answer in the client's dialect.
        configuration.timeouts.response = .milliseconds(self[Settings.requestTimeout] + 5000)
        configuration.shutdownGrace = .milliseconds(self[Settings.shutdownGrace])
        return configuration
    }

    /// - Parameter serving: the routes of one port.
    func api(serving: APIConfiguration.Serving) -> APIConfiguration {
        var configuration = APIConfiguration()
        configuration.serving = serving
        configuration.apiKeys = self[Settings.apiKeys]
        configuration.privateSearchKeys = self[Settings.privateSearchKeys]
        configuration.requestsPerMinute = self[Settings.apiRateLimit]
        configuration.webhookSecret = self[Settings.webhookSecret]
        configuration.maximumBodyBytes = self[Settings.maxBodyBytes]
        configuration.maximumClientBatch = self[Settings.maxClientBatch]
        configuration.requestTimeout = .milliseconds(self[Settings.requestTimeout])
        configuration.contract = EmbeddedFiles.contract
        configuration.page = EmbeddedFiles.page
        configuration.pageHeaders = [
            ("Content-Security-Policy", EmbeddedFiles.contentSecurityPolicy(for: configuration.page)),
            ("Referrer-Policy", "no-referrer"),
        ]
        configuration.version = Version.current
        return configuration
    }

    /// Whether the address is reached from this machine only.
    var isLoopbackOnly: Bool {
        let host = self[Settings.host]
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
