/// The tokens of several inputs, one after the other, and whose they are.
struct PackedBatch {
    private(set) var tokens: [Int32] = []
    private(set) var lengths: [Int] = []
    /// Tokens of each input that belong to its first text: all, unless it has two.
    private(set) var firsts: [Int] = []
    private var owners: [Owner] = []

    /// Whose an input is.
    struct Owner {
        let request: EncodingRequest
        let index: Int
    }

    var isEmpty: Bool { lengths.isEmpty }

    /// Adds one input unless the tokens of all would exceed `capacity`.
    mutating func append(_ input: [Int32], first: Int, of owner: Owner, capacity: Int) -> Bool {
        guard tokens.count + input.count <= capacity else { return false }
        tokens.append(contentsOf: input)
        lengths.append(input.count)
        firsts.append(first)
        owners.append(owner)
        return true
    }

    /// Hands each request what its head makes of the rows, `width` floats for each token.
    /// - Parameter isPooled: whether there is a row for each text instead.
    func deliver(_ rows: UnsafePointer<Float>, width: Int, isPooled: Bool, by kernels: Kernels) {
        var row = rows
        let vectors = zip(owners, lengths).map { owner, length in
            let count = isPooled ? min(length, 1) : length
            defer { row += (isPooled ? 1 : length) * width }
            return owner.request.head.vector(of: row, count: count, by: kernels)
        }
        var start = 0
        while start < owners.count {
            let (request, first) = (owners[start].request, owners[start].index)
            var end = start + 1
            while end < owners.count, owners[end].request === request { end += 1 }
            request.deliver(vectors[start..<end], from: first, tokens: lengths[start..<end].reduce(0, +))
            start = end
        }
    }

    func fail(_ error: InferenceError) {
        for owner in owners { owner.request.fail(error) }
    }
}
