import EmbeddingCore
import Retry
import Settings

/// The settings of what wraps a provider; the defaults are those of the product.
struct GatewayConfiguration: Sendable {
    /// Floats in each vector; nil for the model's own.
    var dimensions: Int?
    /// Put before a query; nil for the model's own.
    var queryPrefix: String?
    /// Put before a document; nil for the model's own.
    var documentPrefix: String?
    /// Texts in one provider call at most.
    var batchSize = 64
    /// How long texts wait for company while another call is under way.
    var batchWindow = Duration.milliseconds(2)
    /// Provider calls under way at most.
    var parallelCalls = 4
    /// Tokens of one text at most; nil for the model's own limit.
    var tokenLimit: Int?
    /// Tries of one call, the first included.
    var retryAttempts = 5
    /// The first delay between tries; it doubles.
    var retryDelay = Duration.milliseconds(500)
    /// nil for the provider's default, 0 for none.
    var requestsPerMinute: Int?
    /// nil for the provider's default, 0 for none.
    var tokensPerMinute: Int?
    /// Bytes of cached vectors; 0 turns the cache off.
    var cacheMaxBytes = 64 << 20
    /// Texts that wait or are under way at most; beyond it requests are refused.
    var queueCapacity = 16_384
}

extension GatewayConfiguration {
    init(_ settings: SettingValues) {
        dimensions = settings[GatewaySettings.dimensions]
        queryPrefix = settings[GatewaySettings.queryPrefix]
        documentPrefix = settings[GatewaySettings.documentPrefix]
        batchSize = settings[GatewaySettings.batchSize]
        batchWindow = .milliseconds(settings[GatewaySettings.batchWindow])
        parallelCalls = settings[GatewaySettings.parallelWorkers]
        tokenLimit = settings[GatewaySettings.tokenLimit]
        retryAttempts = settings[GatewaySettings.retryAttempts]
        retryDelay = .milliseconds(settings[GatewaySettings.retryDelay])
        requestsPerMinute = settings[GatewaySettings.requestsPerMinute]
        tokensPerMinute = settings[GatewaySettings.tokensPerMinute]
        // Each model has a cache of its own.
        cacheMaxBytes = settings[GatewaySettings.cacheMaxBytes] / max(1, settings[GatewaySettings.models].count)
    }

    /// The queue's settings in front of a provider.
    func queueSettings(_ kind: ProviderKind, _ limits: EmbeddingLimits) -> BatchQueue.Settings {
        var settings = BatchQueue.Settings()
        settings.batchSize = max(1, min(batchSize, limits.items))
        settings.tokensPerCall = limits.tokensPerCall
        settings.parallelCalls = max(1, min(parallelCalls, kind.mostCalls ?? parallelCalls))
        settings.window = batchWindow
        settings.capacity = queueCapacity
        settings.retry.attempts = max(1, retryAttempts)
        settings.retry.backoff.base = retryDelay
        settings.pacing.requestsPerMinute = Self.limit(requestsPerMinute, default: kind.rateLimits.requestsPerMinute)
        settings.pacing.tokensPerMinute = Self.limit(tokensPerMinute, default: kind.rateLimits.tokensPerMinute)
        return settings
    }

    private static func limit(_ value: Int?, default fallback: Int?) -> Int? {
        guard let value else { return fallback }
        return value > 0 ? value : nil
    }
}
