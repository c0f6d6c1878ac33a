import EmbeddingCore

/// Vectors by key, bounded in bytes; the least recently used goes first. Entries are linked through the indices of one
/// array, so a hit costs one look-up and a few stores.
struct LRUCache: Sendable {
    private struct Entry {
        var key: CacheKey
        /// nil in a free place.
        var value: EmbeddedText?
        var newer: Int
        var older: Int
    }

    /// What an entry takes beside its floats: key twice, links, array header, hash table.
    static let overhead = 176

    let capacity: Int
    private(set) var bytes = 0
    private(set) var evictions = 0
    private var entries: [Entry] = []
    private var places: [CacheKey: Int] = [:]
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1

    /// - Parameter capacity: bytes; 0 keeps nothing.
    init(capacity: Int) { self.capacity = capacity }

    var count: Int { places.count }

    mutating func value(for key: CacheKey) -> EmbeddedText? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            linkNewest(place)
        }
        return entries[place].value
    }

    mutating func insert(_ value: EmbeddedText, for key: CacheKey) {
        let size = Self.size(value)
        guard size <= capacity else { return }
        if let place = places[key] { remove(place) }
        while bytes + size > capacity, oldest >= 0 {
            remove(oldest)
            evictions += 1
        }
        let entry = Entry(key: key, value: value, newer: -1, older: -1)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            entries[place] = entry
        } else {
            place = entries.count
            entries.append(entry)
        }
        places[key] = place
        bytes += size
        linkNewest(place)
    }

    private static func size(_ value: EmbeddedText) -> Int {
        overhead + value.embedding.values.count * MemoryLayout<Float>.size
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        if let value = entries[place].value { bytes -= Self.size(value) }
        places[entries[place].key] = nil
        entries[place].value = nil
        free.append(place)
    }

    private mutating func linkNewest(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }
}
