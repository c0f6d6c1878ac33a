/// The tokens of several texts, one text after the other, and whose texts they are.
struct PackedBatch {
    private(set) var tokens: [Int32] = []
    private(set) var lengths: [Int] = []
    private var owners: [(request: EncodingRequest, index: Int)] = []

    var isEmpty: Bool { lengths.isEmpty }

    /// Adds one text unless the tokens of all would exceed `capacity`.
    mutating func append(_ text: ArraySlice<Int32>, of request: EncodingRequest, at index: Int, capacity: Int) -> Bool {
        guard tokens.count + text.count <= capacity else { return false }
        tokens.append(contentsOf: text)
        lengths.append(text.count)
        owners.append((request, index))
        return true
    }

    /// Hands each request its vectors, given one for each text.
    func deliver(_ vectors: [[Float]]) {
        var start = 0
        while start < owners.count {
            let (request, first) = owners[start]
            var end = start + 1
            while end < owners.count, owners[end].request === request { end += 1 }
            request.deliver(vectors[start..<end], from: first, tokens: lengths[start..<end].reduce(0, +))
            start = end
        }
    }

    func fail(_ error: InferenceError) {
        for (request, _) in owners { request.fail(error) }
    }
}
