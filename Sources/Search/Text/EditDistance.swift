/// Optimal string alignment distance: insertions, deletions, replacements, and swaps of neighbours, each counting one.
package enum EditDistance {
    /// The distance of `left` and `right`, or nil when it is above `limit`.
    package static func between(
        _ left: some RandomAccessCollection<UInt8>,
        _ right: some RandomAccessCollection<UInt8>,
        limit: Int
    ) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        let width = right.count + 1
        // The rows of the table that are still of use: the present one, the last, and the one before.
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * width) { rows in
            var (current, previous, older) = (rows[..<width], rows[width..<2 * width], rows[(2 * width)...])
            for column in 0..<width { current[current.startIndex + column] = column }
            var leftBefore: UInt8?
            for (row, leftByte) in left.enumerated() {
                (current, previous, older) = (older, current, previous)
                let (at, above, beyond) = (current.startIndex, previous.startIndex, older.startIndex)
                current[at] = row + 1
                var least = row + 1
                var rightBefore: UInt8?
                for (column, rightByte) in right.enumerated() {
                    var cost = min(
                        previous[above + column + 1] + 1,
                        current[at + column] + 1,
                        previous[above + column] + (leftByte == rightByte ? 0 : 1)
                    )
                    if leftByte == rightBefore, leftBefore == rightByte {
                        cost = min(cost, older[beyond + column - 1] + 1)
                    }
                    current[at + column + 1] = cost
                    least = min(least, cost)
                    rightBefore = rightByte
                }
                guard least <= limit else { return nil }
                leftBefore = leftByte
            }
            let distance = current[current.startIndex + right.count]
            return distance <= limit ? distance : nil
        }
    }

    /// How many slips are forgiven in a word of `count` bytes.
    package static func budget(forLength count: Int) -> Int {
        switch count {
        case ..<4: 0
        case ..<6: 1
        case ..<12: 2
        default: 3
        }
    }
}
