import HTTP
import Synchronization
import Telemetry

/// The counters and the histogram of one route. A counter is looked up by its labels once; after that counting makes
/// no text and takes no lock.
final class RouteMetrics: Sendable {
    /// The place of a counter, found once. The family keeps what it refers to.
    private final class Slot: Sendable {
        /// The address of the counter; 0 until it is found.
        private let address = Atomic<UInt>(0)

        func counter(_ find: () -> Counter) -> Counter {
            if let known = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) {
                return Unmanaged<Counter>.fromOpaque(known).takeUnretainedValue()
            }
            let found = find()
            let known = Unmanaged.passUnretained(found).toOpaque()
            address.store(UInt(bitPattern: known), ordering: .releasing)
            return found
        }
    }

    /// The label `route` of what is no route.
    static let unmatched = "unmatched"

    private static let methods = HTTPMethod.allCases
    /// Every status a route can give; others share the last place.
    private static let statuses = [
        200, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 424, 429, 499, 500, 501, 502, 503, 504,
    ]

    /// The label `route`.
    let template: String
    private let family: MetricFamily<Counter>
    private let seconds: Histogram
    private let slots: [Slot]

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

    func record(_ method: HTTPMethod, _ status: HTTPStatus, seconds: Double) {
        let row = Self.methods.firstIndex(of: method) ?? 0
        let column = Self.statuses.firstIndex(of: status.code) ?? Self.statuses.count
        let slot = slots[row * (Self.statuses.count + 1) + column]
        slot.counter { family.labeled(template, method.rawValue, Self.label(column)) }.increment()
        // How long a client had patience tells nothing of how long answers take.
        if status != .clientClosedRequest { self.seconds.observe(seconds) }
    }

    private static func label(_ column: Int) -> String {
        column < statuses.count ? statuses[column].description : "other"
    }
}
