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

    /// - Parameter level: of good answers; server faults are warnings.
    func record(
        _ request: HTTPRequest,
        route: String,
        status: HTTPStatus,
        seconds: Double,
        requestID: String,
        level: Logger.Level
    ) {
        let level = status.code >= 500 && status != .serviceUnavailable ? .warning : level
        guard level >= leastLevel else { return }
        logger.log(
            level: level,
            "\(request.method.rawValue) \(route) \(status.code)",
            metadata: [
                "request-id": "\(requestID)",
                "status": "\(status.code)",
                "milliseconds": "\((seconds * 1_000_000).rounded() / 1000)",
                "peer": "\(request.peer)",
            ]
        )
    }
}

extension Duration {
    /// The whole of it in milliseconds, to a thousandth.
    var milliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
