import DateTime

/// The time in the form of `Date` (RFC 9110 §5.6.7), made once a second.
struct DateField {
    private(set) var bytes: [UInt8]
    private var second: Int64

    init(second: Int64 = Timestamp.now.seconds) {
        self.second = second
        bytes = Self.format(second)
    }

    /// - Returns: whether it is another now.
    @discardableResult
    mutating func update(to second: Int64 = Timestamp.now.seconds) -> Bool {
        guard second != self.second else { return false }
        self.second = second
        bytes = Self.format(second)
        return true
    }

    private static func format(_ second: Int64) -> [UInt8] { Array(Timestamp(seconds: second).httpDate.utf8) }
}
