import Synchronization

/// All metrics of the process. Registering a name again gives the metric that is there. Names carry no prefix:
/// `embed_star_` is added in the exposition, but for `process_` metrics.
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
        families.withLock { families in
            if case .counter(let family) = families[name] { return family }
            let family = MetricFamily(name: name, help: help, labels: labels) { Counter() }
            families[name] = .counter(family)
            return family
        }
    }

    /// A counter whose value is measured elsewhere and set, such as CPU seconds; named like other counters.
    package func measuredCounter(_ name: String, _ help: String) -> Gauge {
        families.withLock { families in
            if case .measuredCounter(let family) = families[name] { return family.labeled() }
            let family = MetricFamily(name: name, help: help, labels: []) { Gauge() }
            families[name] = .measuredCounter(family)
            return family.labeled()
        }
    }

    package func gauges(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        families.withLock { families in
            if case .gauge(let family) = families[name] { return family }
            let family = MetricFamily(name: name, help: help, labels: labels) { Gauge() }
            families[name] = .gauge(family)
            return family
        }
    }

    package func histograms(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        bounds: [Double] = Histogram.seconds
    ) -> MetricFamily<Histogram> {
        families.withLock { families in
            if case .histogram(let family) = families[name] { return family }
            let family = MetricFamily(name: name, help: help, labels: labels) { Histogram(bounds: bounds) }
            families[name] = .histogram(family)
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
