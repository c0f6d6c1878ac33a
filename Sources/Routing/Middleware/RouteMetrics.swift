import HTTP
import Synchronization
import Telemetry

/// The counters and the histogram of one route. A counter is looked up by its labels once; after that counting makes
/// no text and takes no lock.
final class RouteMetrics: Sendable {
    private final class Slot: Sendable {
        let counter = AtomicLazyReference<Counter>()
    }

    private static let methods = HTTPMethod.allCases
    /// Every status a route can give; others share the last place.
    private static let statuses = [
        200, 202, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 424, 429, 500, 501, 502, 503, 504,
    ]

    private let template: String
    private let family: MetricFamily<Counter>
    private let seconds: Histogram
    private let slots: [Slot]

    /// - Parameter template: the label `route`.
    init(template: String, registry: MetricsRegistry) {
        self.template = template
        family = registry.counters(
            "http_requests_total",
            "HTTP requests answered.",
            labels: ["route", "method", "status"]
        )
        seconds = registry.histograms(
            "http_request_duration_seconds",
            "Time from the complete request to the complete answer.",
            labels: ["route"]
        ).labeled(template)
        slots = (0..<Self.methods.count * (Self.statuses.count + 1)).map { _ in Slot() }
    }

    func record(_ method: HTTPMethod, _ status: HTTPStatus, _ duration: Duration) {
        let row = Self.methods.firstIndex(of: method) ?? 0
        let column = Self.statuses.firstIndex(of: status.code) ?? Self.statuses.count
        let slot = slots[row * (Self.statuses.count + 1) + column]
        let counter =
            slot.counter.load()
            ?? slot.counter.storeIfNil(family.labeled(template, method.rawValue, Self.label(column)))
        counter.increment()
        seconds.observe(duration)
    }

    private static func label(_ column: Int) -> String {
        column < statuses.count ? statuses[column].description : "other"
    }
}
