/// Makes one vector of the rows of a text's tokens.
protocol RowHead: Sendable {
    /// The vector of a text.
    /// - Parameter rows: of its tokens, `count` of them.
    func vector(of rows: UnsafePointer<Float>, count: Int, by kernels: Kernels) -> [Float]
}
