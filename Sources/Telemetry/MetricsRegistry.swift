import Synchronization

/// All metrics of the process. Registering a name again gives the metric that is there; as another kind it is a fault of
/// the program. Names carry no prefix: `embed_star_` is added in the exposition, but for `process_` metrics.
package final class MetricsRegistry: Sendable {
    enum Family: Sendable {
        case counter(MetricFamily<Counter>)
        case measuredCounter(MetricFamily<Gauge>)
        case gauge(MetricFamily<Gauge>)
        case histogram(MetricFamily<Histogram>)
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// Counters named `name`, which ends in `_total`.
    package func counters(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Counter> {
        family(name, help, labels, made: { Counter() }, as: Family.counter) {
            if case .counter(let family) = $0 { family } else { nil }
        }
    }

    /// A counter whose value is measured elsewhere and set, such as CPU seconds; named like other counters.
    package func measuredCounter(_ name: String, _ help: String) -> Gauge {
        let gauges = family(name, help, [], made: { Gauge() }, as: Family.measuredCounter) {
            if case .measuredCounter(let family) = $0 { family } else { nil }
        }
        return gauges.labeled()
    }

    package func gauges(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        family(name, help, labels, made: { Gauge() }, as: Family.gauge) {
            if case .gauge(let family) = $0 { family } else { nil }
        }
    }

    package func histograms(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        bounds: [Double] = Histogram.seconds
    ) -> MetricFamily<Histogram> {
        family(name, help, labels, made: { Histogram(bounds: bounds) }, as: Family.histogram) {
            if case .histogram(let family) = $0 { family } else { nil }
        }
    }

    /// The family of that name, made if there is none.
    private func family<Metric: Sendable>(
        _ name: String,
        _ help: String,
        _ labels: [String],
        made make: @escaping @Sendable () -> Metric,
        as wrap: (MetricFamily<Metric>) -> Family,
        _ unwrap: (Family) -> MetricFamily<Metric>?
    ) -> MetricFamily<Metric> {
        families.withLock { families in
            guard let known = families[name] else {
                let family = MetricFamily(name: name, help: help, labels: labels, make: make)
                families[name] = wrap(family)
                return family
            }
            guard let family = unwrap(known), family.labelNames == labels else {
                preconditionFailure("the metric \(name) is registered twice, as another kind or with other labels")
            }
            return family
        }
    }

    package func counter(_ name: String, _ help: String) -> Counter { counters(name, help).labeled() }

    package func gauge(_ name: String, _ help: String) -> Gauge { gauges(name, help).labeled() }

    package func histogram(_ name: String, _ help: String, bounds: [Double] = Histogram.seconds) -> Histogram {
        histograms(name, help, bounds: bounds).labeled()
    }

    var sorted: [(name: String, family: Family)] {
        families.withLock { $0.map { (name: $0.key, family: $0.value) } }.sorted { $0.name < $1.name }
    }
}
