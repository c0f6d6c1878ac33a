import Synchronization
import Telemetry

/// The cache as all threads see it, with its metrics. A look-up holds the lock for some hundred nanoseconds, so that
/// event loops may ask.
final class EmbeddingCache: Sendable {
    /// Whether it can hold anything: there is no need to look where it cannot.
    let isUsed: Bool
    private let entries: Mutex<LRUCache>
    private let hits: Counter
    private let misses: Counter
    private let evictions: Counter
    private let bytes: Gauge

    init(capacity: Int, metrics: MetricsRegistry) {
        isUsed = capacity > 0
        entries = Mutex(LRUCache(capacity: capacity))
        hits = metrics.counter("cache_hits_total", "Texts answered from the embedding cache.")
        misses = metrics.counter("cache_misses_total", "Texts that were not in the embedding cache.")
        evictions = metrics.counter("cache_evictions_total", "Vectors dropped from the cache to make room.")
        bytes = metrics.gauge("cache_bytes", "Bytes held by the embedding cache.")
    }

    /// The entries of all keys, nil where there is none.
    func values(for keys: [CacheKey]) -> [EmbeddedText?] {
        let values = entries.withLock { entries in keys.map { entries.value(for: $0) } }
        let found = values.count { $0 != nil }
        hits.increment(by: found)
        misses.increment(by: keys.count - found)
        return values
    }

    /// The entries of all keys, or nil when one is missing; then nothing is counted, because somebody asks again.
    func allValues(for keys: some Sequence<CacheKey>) -> [EmbeddedText]? {
        let values = entries.withLock { entries -> [EmbeddedText]? in
            var values: [EmbeddedText] = []
            for key in keys {
                guard let value = entries.value(for: key) else { return nil }
                values.append(value)
            }
            return values
        }
        if let values { hits.increment(by: values.count) }
        return values
    }

    func insert(_ values: [(key: CacheKey, value: EmbeddedText)]) {
        let (dropped, size) = entries.withLock { entries in
            let before = entries.evictions
            for (key, value) in values { entries.insert(value, for: key) }
            return (entries.evictions - before, entries.bytes)
        }
        evictions.increment(by: dropped)
        bytes.set(Double(size))
    }
}
