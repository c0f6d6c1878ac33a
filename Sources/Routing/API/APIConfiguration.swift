/// Settings of the routes; the defaults are those of the service.
package struct APIConfiguration: Sendable {
    /// Which routes a port serves.
    package enum Serving: Sendable {
        case all
        /// Everything but health, probes and metrics.
        case service
        /// Health, probes and metrics only.
        case monitoring
    }

    package var serving = Serving.all
    /// Keys for everything but health, probes, metrics, the page, the contract and webhooks; none: open.
    package var keys = APIKeys()
    /// Origins whose pages may use the API; `*` stands for every one.
    package var allowedOrigins: [String] = []
    /// Names beside the loopback ones under which the service may be asked for. Without any, every name is taken where a
    /// key is needed or other machines reach the address.
    package var allowedHosts: [String] = []
    /// Whether the address is reached from this machine only.
    package var isLoopbackOnly = false
    /// Whose word counts on who a request is from.
    package var trustedProxies = TrustedProxies([])
    /// Requests a key may make, or a client without one; nil without limit.
    package var requestsPerMinute: Int?
    /// Signs GitHub's webhooks; nil turns them off.
    package var webhookSecrets: @Sendable () -> [String] = { [] }
    /// Bytes of a request's body.
    package var maximumBodyBytes = 2 << 20
    /// Inputs in one embedding request.
    package var maximumClientBatch = 2048
    /// When an embedding request gives up. The server's own limit should be longer, so that the answer is ours.
    package var requestTimeout = Duration.seconds(30)
    /// Other names under which the configured model may be asked for: `alias` or `alias=model`; `*` takes every one.
    package var modelAliases: [String] = []
    /// Names that models have elsewhere, by their own name in lower case: they are understood and not listed.
    package var otherModelNames: [String: [String]] = [:]
    /// `openapi.yaml`.
    package var contract: [UInt8] = []
    /// The same as JSON.
    package var contractAsJSON: [UInt8] = []
    /// The page at `/`, HTML.
    package var page: [UInt8] = []
    /// Fields that go out with the page, such as `Content-Security-Policy`.
    package var pageHeaders: [(name: String, value: String)] = []
    package var version = "0"
    /// The effective settings, for the operator: secrets are masked already.
    package var settings: [(name: String, value: String, source: String)] = []

    package init() {}
}
