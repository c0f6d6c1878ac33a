import Pipeline
import Providers
import Routing
import Server
import Settings

/// What a module's configuration takes from the settings of others.
extension CommandContext {
    /// The pipeline works in the provider's steps and ends with the server.
    var pipelineConfiguration: PipelineConfiguration {
        var configuration = PipelineConfiguration(settings)
        configuration.batchSize = settings[GatewaySettings.batchSize]
        configuration.parallelBatches = settings[GatewaySettings.parallelWorkers]
        configuration.retryAttempts = settings[GatewaySettings.retryAttempts]
        configuration.retryDelay = .milliseconds(settings[GatewaySettings.retryDelay])
        if !settings[GatewaySettings.provider].isOutside { configuration.embedsPrivate = true }
        configuration.grace = .milliseconds(settings[ServerSettings.shutdownGrace])
        return configuration
    }

    /// - Parameters:
    ///   - port: the one to listen on.
    ///   - connections: how many clients may be connected.
    func serverConfiguration(port: Int, connections: Int) -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(settings, port: port)
        configuration.limits.connections = connections
        // Where large bodies are allowed there has to be room for some of them.
        let bodies = 64 * settings[APISettings.maxBodyBytes]
        configuration.limits.bufferedBytes = max(configuration.limits.bufferedBytes, bodies)
        // The routes give up first, with an answer in the client's dialect.
        configuration.timeouts.response = .milliseconds(settings[APISettings.requestTimeout] + 5000)
        return configuration
    }

    /// - Parameter serving: the routes of one port.
    func apiConfiguration(serving: APIConfiguration.Serving) -> APIConfiguration {
        var configuration = APIConfiguration(settings, serving: serving)
        configuration.otherModelNames = settings[GatewaySettings.provider].otherNames
        configuration.isLoopbackOnly = ServerSettings.isLoopbackOnly(settings)
        configuration.contract = EmbeddedFiles.contract
        configuration.contractAsJSON = EmbeddedFiles.contractAsJSON
        let page = EmbeddedFiles.page(avatars: settings[PageSettings.showsAvatars] ? PageSettings.avatars : nil)
        configuration.page = page.bytes
        configuration.pageHeaders = [
            ("Content-Security-Policy", page.contentSecurityPolicy),
            ("Referrer-Policy", "no-referrer"),
        ]
        configuration.version = Version.current
        configuration.settings = settings.listed.map { ($0.name, $0.value, $0.source.rawValue) }
        return configuration
    }
}
