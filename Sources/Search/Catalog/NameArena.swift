/// Names and the like end to end in one run of bytes, so that a row needs but a place in it. What was replaced is left behind until
/// it is half of all.
struct NameArena {
    /// Where a name is.
    struct Place {
        fileprivate(set) var start: UInt32 = 0
        fileprivate(set) var length: UInt16 = 0
    }

    private(set) var bytes: [UInt8] = []
    private var unused = 0

    /// Whether `compacted` is worth its while.
    var isWasteful: Bool { unused > 4096 && 2 * unused > bytes.count }

    mutating func add(_ name: String) -> Place { add(Array(name.utf8)) }

    mutating func add(_ bytes: [UInt8]) -> Place {
        let name = bytes.prefix(Int(UInt16.max) & ~7)
        let place = Place(start: UInt32(self.bytes.count), length: UInt16(name.count))
        self.bytes.append(contentsOf: name)
        return place
    }

    func name(at place: Place) -> ArraySlice<UInt8> { bytes[Int(place.start)..<Int(place.start) + Int(place.length)] }

    mutating func remove(_ place: Place) { unused += Int(place.length) }

    /// Copies a name of another arena.
    mutating func add(_ place: Place, of other: NameArena) -> Place {
        let copy = Place(start: UInt32(bytes.count), length: place.length)
        bytes.append(contentsOf: other.name(at: place))
        return copy
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The name there, for as long as the arena is not changed.
    @inline(__always)
    func name(at place: NameArena.Place) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[Int(place.start)..<Int(place.start) + Int(place.length)])
    }
}
