package import EventLoop
package import Settings
import Telemetry

/// Where the server listens and what it allows.
package enum ServerSettings {
    package static let host = Setting(
        "HOST",
        default: "127.0.0.1",
        shown: "127.0.0.1",
        "address to listen on, or a Unix socket such as `unix:/run/embed-star.sock`",
        accepted: "an address, a name, or the path of a socket such as unix:/run/embed-star.sock"
    ) { text in text == "unix:" ? nil : text }
    package static let socketMode = Setting(
        "SOCKET_MODE",
        default: 0o660,
        shown: "660",
        "file mode of the Unix socket: who may connect",
        accepted: "three octal digits such as 660"
    ) { text in text.utf8.count == 3 ? Int(text, radix: 8) : nil }
    package static let port = Setting.integer("PORT", 9090, in: 0...65535, "port to listen on; 0 picks a free one")
    package static let monitoringPort = Setting.optionalInteger(
        "MONITORING_PORT",
        in: 0...65535,
        shown: "= `PORT`",
        "another port for health, probes and metrics, which are then served only there"
    ).resolved { String($0[port]) }
    package static let maxConnections = Setting.integer(
        "MAX_CONNECTIONS",
        10_000,
        in: 1...1_000_000,
        "open connections"
    )
    package static let idleTimeout = Setting.integer(
        "IDLE_TIMEOUT_MS",
        75_000,
        in: 10...3_600_000,
        "how long an idle connection is kept"
    )
    package static let shutdownGrace = Setting.integer(
        "SHUTDOWN_GRACE_MS",
        25_000,
        in: 0...3_600_000,
        "how long requests and batches in flight may finish after SIGTERM"
    )

    /// In the order people read them.
    package static let all: [any AnySetting] = [
        host, socketMode, port, monitoringPort, maxConnections, idleTimeout, shutdownGrace,
    ]

    /// Whether probes and metrics have a port of their own.
    package static func hasMonitoringPort(_ settings: SettingValues) -> Bool {
        let port = settings[port]
        return settings[monitoringPort].map { $0 != port || port == 0 } ?? false
    }

    /// Whether the address is reached from this machine only.
    package static func isLoopbackOnly(_ settings: SettingValues) -> Bool {
        let host = settings[host]
        return host.hasPrefix("unix:") || KnownHost(host.lowercased()) == .loopback
    }
}

extension HTTPServerConfiguration {
    /// - Parameter port: the one to listen on; there may be two.
    package init(_ settings: SettingValues, port: Int) {
        self.init(host: settings[ServerSettings.host], port: port)
        socketMode = settings[ServerSettings.socketMode]
        timeouts.idle = .milliseconds(settings[ServerSettings.idleTimeout])
        shutdownGrace = .milliseconds(settings[ServerSettings.shutdownGrace])
    }
}

extension DescriptorBudget {
    /// What the process may have open, after asking for as much as it may ask for.
    /// - Returns: nil when that is too little.
    package init?(_ settings: SettingValues) {
        self.init(
            limit: SystemSocket.raiseDescriptorLimit(),
            loops: Processors.available,
            connections: settings[ServerSettings.maxConnections],
            hasMonitoringPort: ServerSettings.hasMonitoringPort(settings)
        )
    }
}
