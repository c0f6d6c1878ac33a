import Inference
package import Settings

extension ProvidersConfiguration {
    package init(_ settings: SettingValues) {
        self.init(
            provider: settings[GatewaySettings.provider],
            model: settings[GatewaySettings.model],
            dimensions: settings[GatewaySettings.dimensions],
            ollamaURLs: settings[OllamaSettings.urls],
            pullsOllamaModel: settings[OllamaSettings.pulls],
            openAIKey: settings[OpenAISettings.key],
            openAIBaseURL: settings[OpenAISettings.baseURL],
            togetherKey: settings[TogetherSettings.key],
            togetherBaseURL: settings[TogetherSettings.baseURL],
            builtInModelDirectory: settings[BuiltInSettings.modelDirectory],
            builtInThreads: settings[BuiltInSettings.threads],
            builtInPrecision: settings[BuiltInSettings.precision]?.rawValue,
            queryPrefix: settings[GatewaySettings.queryPrefix],
            documentPrefix: settings[GatewaySettings.documentPrefix],
            batchSize: settings[GatewaySettings.batchSize],
            batchWindow: .milliseconds(settings[GatewaySettings.batchWindow]),
            parallelCalls: settings[GatewaySettings.parallelWorkers],
            tokenLimit: settings[GatewaySettings.tokenLimit],
            retryAttempts: settings[GatewaySettings.retryAttempts],
            retryDelay: .milliseconds(settings[GatewaySettings.retryDelay]),
            requestsPerMinute: settings[GatewaySettings.requestsPerMinute],
            tokensPerMinute: settings[GatewaySettings.tokensPerMinute],
            cacheMaxBytes: settings[GatewaySettings.cacheMaxBytes]
        )
    }
}
