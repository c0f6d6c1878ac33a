/// Makes no vector of the rows: all of them, one after the other.
struct TokenRows: RowHead {
    /// Floats of a row.
    let width: Int

    func vector(of rows: UnsafePointer<Float>, count: Int, by kernels: Kernels) -> [Float] {
        Array(UnsafeBufferPointer(start: rows, count: count * width))
    }
}
