import Synchronization

/// All metrics of one name, told apart by the values of their labels. The values are bounded in number: past
/// `capacity` new ones share one metric whose labels all read `other`.
package final class MetricFamily<Metric: Sendable>: Sendable {
    package let name: String
    package let help: String
    package let labelNames: [String]
    private let capacity: Int
    private let make: @Sendable () -> Metric
    private let members = Mutex<[[String]: Metric]>([:])

    init(
        name: String,
        help: String,
        labels: [String],
        capacity: Int = 1000,
        make: @escaping @Sendable () -> Metric
    ) {
        self.name = name
        self.help = help
        labelNames = labels
        self.capacity = capacity
        self.make = make
    }

    /// The metric with these label values, in the order of `labelNames`. Keep it where it is used often.
    package func labeled(_ values: String...) -> Metric { labeled(values) }

    package func labeled(_ values: [String]) -> Metric {
        precondition(values.count == labelNames.count, "\(name) takes \(labelNames.count) labels")
        return members.withLock { members in
            if let metric = members[values] { return metric }
            let isFull = members.count >= capacity
            let key = isFull ? labelNames.map { _ in "other" } : values
            if let metric = members[key] { return metric }
            let metric = make()
            members[key] = metric
            return metric
        }
    }

    /// All metrics with their label values, ordered by the latter.
    var sorted: [(values: [String], metric: Metric)] {
        members.withLock { $0.map { (values: $0.key, metric: $0.value) } }
            .sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }
}
