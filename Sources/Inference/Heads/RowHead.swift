/// Makes one vector of the rows of a text's tokens.
protocol RowHead: Sendable {
    /// Floats of a text's vector.
    var dimensions: Int { get }

    /// One vector for each text.
    /// - Parameter rows: of all texts one after the other.
    func vectors(of rows: UnsafePointer<Float>, lengths: [Int], by kernels: Kernels) -> [[Float]]
}
