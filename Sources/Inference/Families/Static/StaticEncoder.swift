import CInferenceKernels

/// Sums up the rows of a static model's table, a text at a time.
///
/// `@unchecked Sendable`: each thread has means of its own, and the parts of one batch write different ones.
final class StaticEncoder: RowEncoder, @unchecked Sendable {
    /// Fewer texts are done before another thread has come.
    private static let smallestPart = 32

    let capacity: Int
    private let model: StaticModel
    private let kernels: Kernels
    /// Of each thread.
    private let means: [Means]

    private final class Means {
        private(set) var rows: UnsafeMutablePointer<Float>
        private var size = 0

        init() { rows = Workspace.allocate(0) }

        deinit { rows.deallocate() }

        func makeRoom(for floats: Int) {
            guard floats > size else { return }
            size = floats
            rows.deallocate()
            rows = Workspace.allocate(size)
        }
    }

    init(_ model: StaticModel, tokens: Int, threads: Int, kernels: Kernels) {
        self.model = model
        self.kernels = kernels
        capacity = tokens
        means = (0..<threads).map { _ in Means() }
    }

    /// The means of the texts' rows; zero for a text without tokens.
    func encode(
        _ tokens: [Int32],
        lengths: [Int],
        firsts: [Int],
        by team: ForkJoin
    ) throws(InferenceError) -> UnsafePointer<Float> {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        let means = means[team.thread]
        means.makeRoom(for: lengths.count * model.width)
        let rows = means.rows
        var start = 0
        let starts = lengths.map { length in
            defer { start += length }
            return start
        }
        let parts = team.parts(of: lengths.count, by: Self.smallestPart)
        try team.run(parts.count) { part, _ in
            for text in parts[part] {
                average(tokens[starts[text]..<starts[text] + lengths[text]], into: rows + text * model.width)
            }
        }
        return UnsafePointer(rows)
    }

    private func average(_ tokens: ArraySlice<Int32>, into mean: UnsafeMutablePointer<Float>) {
        mean.update(repeating: 0, count: model.width)
        for token in tokens { add(Int(token), to: mean) }
        let share = 1 / Float(max(tokens.count, 1))
        for column in 0..<model.width { mean[column] *= share }
    }

    private func add(_ token: Int, to sum: UnsafeMutablePointer<Float>) {
        let row = model.rows.start + token * model.width
        guard let weight = model.weights?.start[token] else {
            return kernels.functions.pointee.add_one(sum, row, model.width)
        }
        for column in 0..<model.width { sum[column] += row[column] * weight }
    }
}
