import DateTime
import Synchronization

/// Begins traces and keeps the spans that ended until they are exported. What is not traced has no tracer and no span,
/// and costs nothing.
package final class Tracer: Sendable {
    /// Spans kept at most; those that come later are dropped and counted.
    private let capacity: Int
    /// Traces whose id is below are recorded (OpenTelemetry's `traceidratio`).
    private let threshold: UInt64
    private let dropped: Counter
    private let clock: @Sendable () -> UInt64
    private let buffer = Mutex<[Span]>([])

    /// - Parameters:
    ///   - ratio: share of the traces begun here that is recorded, 0…1. A trace begun elsewhere is recorded when its
    ///     sender says so.
    ///   - clock: nanoseconds since 1970.
    package init(
        ratio: Double = 1,
        capacity: Int = 2048,
        metrics: MetricsRegistry,
        clock: @escaping @Sendable () -> UInt64 = Tracer.time
    ) {
        self.capacity = capacity
        threshold = ratio >= 1 ? .max : UInt64(max(0, ratio) * 0x1p63)
        dropped = metrics.counter("trace_spans_dropped_total", "Spans that were not exported.")
        self.clock = clock
    }

    /// A span of the trace that `parent` belongs to, or of a new one.
    package func start(
        _ name: String,
        kind: Span.Kind = .internal,
        parent: TraceContext? = nil,
        links: [TraceContext] = []
    ) -> Span {
        let traceID = parent?.traceID ?? TraceID(high: .random(in: 1 ... .max), low: .random(in: .min ... .max))
        let context = TraceContext(
            traceID: traceID,
            spanID: .random(in: 1 ... .max),
            isSampled: parent?.isSampled ?? (threshold == .max || traceID.low >> 1 < threshold),
            state: parent?.state ?? ""
        )
        return Span(name, kind: kind, context: context, parentID: parent?.spanID, links: links, tracer: self)
    }

    /// Takes the oldest of what has ended.
    package func take(upTo limit: Int) -> [Span] {
        buffer.withLock { spans in
            let taken = Array(spans.prefix(limit))
            spans.removeFirst(taken.count)
            return taken
        }
    }

    /// Counts spans that could not be exported.
    package func drop(_ count: Int) { dropped.increment(by: count) }

    func record(_ span: Span) {
        let isKept = buffer.withLock { spans in
            guard spans.count < capacity else { return false }
            spans.append(span)
            return true
        }
        if !isKept { drop(1) }
    }

    func now() -> UInt64 { clock() }

    /// The time of day.
    package static func time() -> UInt64 {
        let now = Timestamp.now
        return UInt64(now.seconds) * 1_000_000_000 + UInt64(now.nanoseconds)
    }
}
