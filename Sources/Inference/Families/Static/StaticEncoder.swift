import CInferenceKernels

/// Sums up the rows of a static model's table, a text at a time.
final class StaticEncoder: RowEncoder {
    let capacity: Int
    private let model: StaticModel
    private let kernels: Kernels
    private var means: UnsafeMutablePointer<Float>
    /// Texts that `means` has room for.
    private var room = 256

    init(_ model: StaticModel, tokens: Int, kernels: Kernels) {
        self.model = model
        self.kernels = kernels
        capacity = tokens
        means = Workspace.allocate(room * model.width)
    }

    deinit { means.deallocate() }

    /// The means of the texts' rows; zero for a text without tokens.
    func encode(_ tokens: [Int32], lengths: [Int], firsts: [Int]) -> UnsafePointer<Float> {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        makeRoom(for: lengths.count)
        var start = 0
        for (text, length) in lengths.enumerated() {
            let mean = means + text * model.width
            mean.update(repeating: 0, count: model.width)
            for token in tokens[start..<start + length] { add(Int(token), to: mean) }
            let share = 1 / Float(max(length, 1))
            for column in 0..<model.width { mean[column] *= share }
            start += length
        }
        return UnsafePointer(means)
    }

    private func add(_ token: Int, to sum: UnsafeMutablePointer<Float>) {
        let row = model.rows.start + token * model.width
        guard let weight = model.weights?.start[token] else {
            return kernels.functions.pointee.add_one(sum, row, model.width)
        }
        for column in 0..<model.width { sum[column] += row[column] * weight }
    }

    private func makeRoom(for texts: Int) {
        guard texts > room else { return }
        room = texts
        means.deallocate()
        means = Workspace.allocate(room * model.width)
    }
}
