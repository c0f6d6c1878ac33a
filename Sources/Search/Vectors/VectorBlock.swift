import CSearchKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Unit vectors in binary16, one after another in one block of memory that grows in place.
///
/// binary16 has 2 bytes a number and is at most 2⁻¹¹ of each component off, which moves the cosine of two unit vectors
/// by less than 5 · 10⁻⁴ at worst; bfloat16 may move it by four times as much.
final class VectorBlock {
    let dimensions: Int
    private(set) var count = 0
    /// Numbers from one vector to the next: `dimensions` rounded up to whole SIMD registers, the rest zero.
    private let stride: Int
    private var capacity = 0
    private var base: UnsafeMutablePointer<UInt16>?
    private let kernel: @convention(c) (UnsafePointer<UInt16>, UnsafePointer<Float>, Int) -> Float

    private static let lanes = 32
    /// Rows by which the block grows: large allocations are moved by remapping pages, not by copying.
    private static let step = 4096

    init(dimensions: Int, kernel: UnsafePointer<search_kernel_t> = search_kernel_best()) {
        self.kernel = kernel.pointee.dot
        self.dimensions = dimensions
        stride = (dimensions + Self.lanes - 1) / Self.lanes * Self.lanes
    }

    deinit { free(base) }

    /// Adds a vector at the end.
    func append(_ values: [Float]) {
        if count == capacity { grow() }
        count += 1
        replace(at: count - 1, with: values)
    }

    func replace(at row: Int, with values: [Float]) {
        precondition(row < count && values.count == dimensions)
        guard let base else { return }
        let target = base + row * stride
        for (index, value) in values.enumerated() { target[index] = search_half(value) }
        for index in dimensions..<stride { target[index] = 0 }
    }

    /// Removes a vector by moving the last one into its place.
    func removeBySwap(at row: Int) {
        precondition(row < count)
        count -= 1
        guard let base, row != count else { return }
        (base + row * stride).update(from: base + count * stride, count: stride)
    }

    func values(at row: Int) -> [Float] {
        guard let base, row < count else { return [] }
        return (0..<dimensions).map { search_float(base[row * stride + $0]) }
    }

    /// The query as `dot` takes it: padded with zeros.
    func padded(_ query: [Float]) -> [Float] { query + [Float](repeating: 0, count: stride - dimensions) }

    /// The inner product of the vector in `row` with a padded query.
    @inline(__always)
    func dot(_ query: UnsafePointer<Float>, row: Int) -> Float {
        guard let base else { return 0 }
        return kernel(base + row * stride, query, stride)
    }

    private func grow() {
        capacity += Self.step
        guard let grown = realloc(base, capacity * stride * 2) else { fatalError("out of memory for vectors") }
        base = grown.bindMemory(to: UInt16.self, capacity: capacity * stride)
    }
}
