import HTTP
import Logging

/// One log line for each request.
struct AccessLog: Sendable {
    let logger: Logger
    /// The logger's level, which it would copy its handler to tell.
    private let leastLevel: Logger.Level

    init(logger: Logger) {
        self.logger = logger
        leastLevel = logger.logLevel
    }

    /// Server faults are warnings; what is busy or was given up is not.
    func record(_ request: RequestRecord, _ status: HTTPStatus, _ seconds: Double) {
        let level = status.code >= 500 && status != .serviceUnavailable ? .warning : request.level
        guard level >= leastLevel else { return }
        var metadata: Logger.Metadata = [
            "request-id": "\(request.id)",
            "status": "\(status.code)",
            "milliseconds": "\((seconds * 1_000_000).rounded() / 1000)",
            "peer": "\(request.peer)",
        ]
        if request.route == RouteMetrics.unmatched {
            metadata["path"] =
                "\(String(decoding: request.head.bytes[request.head.pathRange].prefix(256), as: UTF8.self))"
        }
        logger.log(
            level: level,
            "\(request.head.method.rawValue) \(request.route) \(status.code)",
            metadata: metadata
        )
    }
}

extension Duration {
    /// The whole of it in milliseconds, to a thousandth.
    var milliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
