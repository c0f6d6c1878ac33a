/// The symbols of one word while their pairs are merged: a list linked by places, and a heap of the merges that wait.
/// Takes n log n steps for a word of n bytes, however long it is.
struct MergeList {
    private struct Symbol {
        /// Negative when it was merged into the one before.
        var token: Int32
        var previous: Int32
        var next: Int32
    }

    private var symbols: [Symbol] = []
    /// A binary heap of `rank << 32 | place of the left symbol`, the least on top.
    private var heap: [UInt64] = []

    mutating func removeAll() { symbols.removeAll(keepingCapacity: true) }

    mutating func append(_ token: Int32) {
        let place = Int32(symbols.count)
        symbols.append(Symbol(token: token, previous: place - 1, next: place + 1))
    }

    mutating func merge(by merges: [BPETokenizer.Pair: BPETokenizer.Merge]) {
        guard symbols.count > 1 else { return }
        heap.removeAll(keepingCapacity: true)
        for place in 0..<symbols.count - 1 { offer(place, merges) }
        while let top = pop() {
            let place = Int(top & 0xFFFF_FFFF)
            // What was merged meanwhile has left its offers behind.
            guard let merge = self.merge(at: place, merges), UInt64(merge.rank) == top >> 32 else { continue }
            let right = Int(symbols[place].next)
            let next = symbols[right].next
            symbols[place].token = merge.token
            symbols[place].next = next
            symbols[right].token = -1
            if Int(next) < symbols.count {
                symbols[Int(next)].previous = Int32(place)
                offer(place, merges)
            }
            if symbols[place].previous >= 0 { offer(Int(symbols[place].previous), merges) }
        }
    }

    func appendTokens(to tokens: inout [Int32]) {
        var place = 0
        while place < symbols.count {
            tokens.append(symbols[place].token)
            place = Int(symbols[place].next)
        }
    }

    /// How the symbol at `place` merges with the next.
    private func merge(
        at place: Int,
        _ merges: [BPETokenizer.Pair: BPETokenizer.Merge]
    ) -> BPETokenizer.Merge? {
        let symbol = symbols[place]
        guard symbol.token >= 0, Int(symbol.next) < symbols.count else { return nil }
        return merges[BPETokenizer.Pair(left: symbol.token, right: symbols[Int(symbol.next)].token)]
    }

    private mutating func offer(_ place: Int, _ merges: [BPETokenizer.Pair: BPETokenizer.Merge]) {
        guard let merge = merge(at: place, merges) else { return }
        heap.append(UInt64(merge.rank) << 32 | UInt64(place))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> UInt64? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return top }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return top }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return top }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
