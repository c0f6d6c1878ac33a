/// Writes a registry as Prometheus text 0.0.4 or OpenMetrics 1.0.
package struct PrometheusText {
    package enum Format: Sendable { case prometheus, openMetrics }

    /// The prefix of every metric of ours; `process_` metrics carry none.
    static let prefix = "embed_star_"

    private let format: Format
    private var bytes: [UInt8] = []

    private init(_ format: Format) {
        self.format = format
        bytes.reserveCapacity(32 << 10)
    }

    /// The exposition of all metrics, families in order of their names.
    package static func render(_ registry: MetricsRegistry, as format: Format = .prometheus) -> [UInt8] {
        var text = PrometheusText(format)
        for (name, family) in registry.sorted { text.write(name, family) }
        if format == .openMetrics { text.write("# EOF\n") }
        return text.bytes
    }

    /// The value of `Content-Type`.
    package static func contentType(_ format: Format) -> String {
        switch format {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    private mutating func write(_ name: String, _ family: MetricsRegistry.Family) {
        let fullName = name.hasPrefix("process_") ? name : Self.prefix + name
        switch family {
        case .counter(let family):
            writeHeader(fullName, family.help, type: "counter")
            for (values, counter) in family.sorted {
                writeSample(fullName, labels: family.labelNames, values, value: Double(counter.value))
            }
        case .measuredCounter(let family):
            writeHeader(fullName, family.help, type: "counter")
            writeGauges(family, fullName)
        case .gauge(let family):
            writeHeader(fullName, family.help, type: "gauge")
            writeGauges(family, fullName)
        case .histogram(let family):
            writeHeader(fullName, family.help, type: "histogram")
            for (values, histogram) in family.sorted { write(histogram, fullName, family.labelNames, values) }
        }
    }

    private mutating func writeGauges(_ family: MetricFamily<Gauge>, _ name: String) {
        for (values, gauge) in family.sorted {
            writeSample(name, labels: family.labelNames, values, value: gauge.value)
        }
    }

    private mutating func write(_ histogram: Histogram, _ name: String, _ labels: [String], _ values: [String]) {
        let counts = histogram.cumulativeCounts
        let (bucketName, bucketLabels) = ("\(name)_bucket", labels + ["le"])
        for (index, count) in counts.enumerated() {
            let bound = index < histogram.bounds.count ? Self.text(histogram.bounds[index]) : "+Inf"
            writeSample(bucketName, labels: bucketLabels, values + [bound], value: Double(count))
        }
        writeSample("\(name)_sum", labels: labels, values, value: histogram.sum)
        writeSample("\(name)_count", labels: labels, values, value: Double(counts.last ?? 0))
    }

    private mutating func writeHeader(_ name: String, _ help: String, type: String) {
        // OpenMetrics names a counter's family without the `_total` of its samples.
        let isBare = format == .openMetrics && type == "counter" && name.hasSuffix("_total")
        let family = isBare ? String(name.dropLast(6)) : name
        write("# HELP \(family) \(Self.escaped(help, quotes: format == .openMetrics))\n# TYPE \(family) \(type)\n")
    }

    // Hundreds of these make a scrape: no text is put together but in the answer itself.
    private mutating func writeSample(_ name: String, labels: [String], _ values: [String], value: Double) {
        write(name)
        if !labels.isEmpty {
            write("{")
            for (index, label) in labels.enumerated() {
                if index > 0 { write(",") }
                write(label)
                write("=\"")
                write(Self.escaped(values[index], quotes: true))
                write("\"")
            }
            write("}")
        }
        write(" ")
        write(Self.text(value))
        write("\n")
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
