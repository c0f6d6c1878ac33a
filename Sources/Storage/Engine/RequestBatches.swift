/// SurrealDB refuses requests to `/rpc` over 4 MiB.
let requestBytes = 3 << 20

extension Array {
    /// Cuts the array so that no part has more than `count` elements or `bytes` bytes; an element that is larger by
    /// itself is a part of its own.
    func batches(count: Int, bytes: Int = requestBytes, size: (Element) -> Int) -> [ArraySlice<Element>] {
        var batches: [ArraySlice<Element>] = []
        var start = startIndex
        var sum = 0
        for index in indices {
            let next = size(self[index])
            if index > start, index - start == count || sum + next > bytes {
                batches.append(self[start..<index])
                start = index
                sum = 0
            }
            sum += next
        }
        if start < endIndex { batches.append(self[start...]) }
        return batches
    }
}
