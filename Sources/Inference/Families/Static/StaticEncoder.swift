/// Looks tokens up in a static model's table.
final class StaticEncoder: RowEncoder {
    let capacity: Int
    private let model: StaticModel
    private let rows: UnsafeMutablePointer<Float>

    init(_ model: StaticModel, rows: Int) {
        self.model = model
        capacity = rows
        self.rows = Workspace.allocate(rows * model.width)
    }

    deinit { rows.deallocate() }

    func encode(_ tokens: [Int32], lengths: [Int], firsts: [Int]) -> UnsafePointer<Float> {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        let width = model.width
        for (index, token) in tokens.enumerated() {
            let row = rows + index * width
            row.update(from: model.rows.start + Int(token) * width, count: width)
            guard let weight = model.weights?.start[Int(token)] else { continue }
            for column in 0..<width { row[column] *= weight }
        }
        return UnsafePointer(rows)
    }
}
