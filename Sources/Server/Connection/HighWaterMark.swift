/// The most that was kept in memory since memory was last returned to the system.
struct HighWaterMark {
    /// A rise below this, in bytes, is not worth the time that giving back takes.
    static let least = 16 << 20

    private var highest = 0

    /// - Parameter bytes: what is kept now.
    /// - Returns: whether most of what was kept is free, so that memory is to be returned.
    mutating func note(_ bytes: Int) -> Bool {
        highest = max(highest, bytes)
        guard highest >= Self.least, bytes <= highest / 4 else { return false }
        highest = bytes
        return true
    }
}
