/// Keeps the best `capacity` of any number of candidates: a binary heap with the worst of them at its root.
struct TopK<Candidate: Comparable> {
    private(set) var heap: [Candidate] = []
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        heap.reserveCapacity(capacity)
    }

    /// The worst of those kept, once there are `capacity` of them: what does not exceed it need not be offered.
    var threshold: Candidate? { heap.count == capacity ? heap.first : nil }

    mutating func offer(_ candidate: Candidate) {
        if heap.count < capacity {
            heap.append(candidate)
            siftUp()
        } else if let worst = heap.first, worst < candidate {
            heap[0] = candidate
            siftDown()
        }
    }

    /// Those kept, best first.
    var sorted: [Candidate] { heap.sorted(by: >) }

    private mutating func siftUp() {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
