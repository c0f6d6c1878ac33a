extension HTTPClient {
    /// What all transfers of a client share.
    package struct Configuration: Sendable {
        /// Transfers under way at most, which is also the number of connections kept alive at most.
        package var maxConnections: Int
        /// Transfers under way to one origin (scheme, host and port) at most.
        package var maxConnectionsPerHost: Int
        /// Requests that wait for their turn at most; the next one fails with `.other`.
        package var maxWaitingRequests: Int
        package var userAgent: String
        /// A PEM file of trusted authorities; nil for the system's.
        package var certificateAuthorityFile: String?
        /// A folder of trusted authorities; nil for the system's.
        package var certificateAuthorityDirectory: String?
        package var proxy: ProxySettings

        package init(
            maxConnections: Int = 256,
            maxConnectionsPerHost: Int = 128,
            maxWaitingRequests: Int = 10_000,
            userAgent: String = "embed-star",
            certificateAuthorityFile: String? = nil,
            certificateAuthorityDirectory: String? = nil,
            proxy: ProxySettings = .none
        ) {
            self.maxConnections = maxConnections
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.maxWaitingRequests = maxWaitingRequests
            self.userAgent = userAgent
            self.certificateAuthorityFile = certificateAuthorityFile
            self.certificateAuthorityDirectory = certificateAuthorityDirectory
            self.proxy = proxy
        }
    }
}
