/// The pieces of a vocabulary by their ids, end to end.
struct PieceTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []

    var count: Int { ends.count }

    /// The next id's piece.
    mutating func append(_ piece: some Sequence<UInt8>) {
        bytes += piece
        ends.append(UInt32(bytes.count))
    }

    /// Nil for an id without a piece.
    subscript(id: Int) -> ArraySlice<UInt8>? {
        guard ends.indices.contains(id) else { return nil }
        let start = id == 0 ? 0 : Int(ends[id - 1])
        return start == ends[id] ? nil : bytes[start..<Int(ends[id])]
    }
}
