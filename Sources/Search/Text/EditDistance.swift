/// Optimal string alignment distance: insertions, deletions, replacements, and swaps of neighbours, each counting one.
package enum EditDistance {
    /// The distance of `left` and `right`, or nil when it is above `limit`.
    package static func between(
        _ left: some RandomAccessCollection<UInt8>,
        _ right: some RandomAccessCollection<UInt8>,
        limit: Int
    ) -> Int? {
        let left = Array(left)
        let right = Array(right)
        guard abs(left.count - right.count) <= limit else { return nil }
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            var least = row + 1
            for column in 0..<right.count {
                var cost = min(
                    previous[column + 1] + 1,
                    current[column] + 1,
                    previous[column] + (left[row] == right[column] ? 0 : 1)
                )
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, older[column - 1] + 1)
                }
                current.append(cost)
                least = min(least, cost)
            }
            guard least <= limit else { return nil }
            older = previous
            previous = current
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
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
