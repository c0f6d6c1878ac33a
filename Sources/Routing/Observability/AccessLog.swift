import HTTP
import Logging
import Telemetry

/// One log line for each request. A refusal says why, also of routes whose good answers are not worth a line.
final class AccessLog: Sendable {
    let logger: Logger
    /// The logger's level, which it would copy its handler to tell.
    private let leastLevel: Logger.Level
    /// Clients that are refused ask again, which is of interest to who looks for a fault alone.
    private let refusals = LogThrottle()

    init(logger: Logger) {
        self.logger = logger
        leastLevel = logger.logLevel
    }

    /// Server faults are warnings; what is busy or was given up is not.
    /// - Parameter reason: of a refusal.
    func record(_ request: RequestRecord, _ status: HTTPStatus, _ seconds: Double, because reason: String?) {
        let isFault = status.code >= 500 && status != .serviceUnavailable
        let level = isFault ? .warning : reason == nil ? request.level : max(request.level, .info)
        guard level >= leastLevel else { return }
        let message = "\(request.head.method.rawValue) \(request.route) \(status.code)"
        var suppressed = 0
        if reason != nil, !isFault, leastLevel > .debug {
            guard case .write(let count) = refusals.admit(message) else { return }
            suppressed = count
        }
        var metadata: Logger.Metadata = [
            "request-id": "\(request.id)",
            "status": .stringConvertible(status.code),
            "milliseconds": .stringConvertible((seconds * 1_000_000).rounded() / 1000),
            "peer": "\(request.peer)",
        ]
        if request.route == RouteMetrics.unmatched {
            metadata["path"] =
                "\(String(decoding: request.head.bytes[request.head.pathRange].prefix(256), as: UTF8.self))"
        }
        if let reason { metadata["reason"] = "\(reason.utf8Prefix(300))" }
        if suppressed > 0 { metadata["suppressed"] = .stringConvertible(suppressed) }
        logger.log(level: level, "\(message)", metadata: metadata)
    }
}

extension Duration {
    /// The whole of it in milliseconds, to a thousandth.
    var milliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
