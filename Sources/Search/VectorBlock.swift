#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Unit vectors in bfloat16, one after another in one block of memory that grows in place.
///
/// bfloat16 is the upper half of a float: 2 bytes a number, widened by a shift, with an error of at most 2⁻⁹ of each
/// component, which moves a cosine by some 10⁻⁴.
final class VectorBlock {
    let dimensions: Int
    private(set) var count = 0
    /// Numbers from one vector to the next: `dimensions` rounded up to whole SIMD registers, the rest zero.
    private let stride: Int
    private var capacity = 0
    private var base: UnsafeMutablePointer<UInt16>?

    private static let lanes = 32
    /// Rows by which the block grows: large allocations are moved by remapping pages, not by copying.
    private static let step = 4096

    init(dimensions: Int) {
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
        for (index, value) in values.enumerated() { target[index] = Self.rounded(value) }
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
        return (0..<dimensions).map { Float(bitPattern: UInt32(base[row * stride + $0]) << 16) }
    }

    /// The query as `dot` takes it: padded with zeros.
    func padded(_ query: [Float]) -> [Float] { query + [Float](repeating: 0, count: stride - dimensions) }

    /// The inner product of the vector in `row` with a padded query.
    @inline(__always)
    func dot(_ query: UnsafePointer<Float>, row: Int) -> Float {
        guard let base else { return 0 }
        let vector = UnsafeRawPointer(base + row * stride)
        let query = UnsafeRawPointer(query)
        var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        var offset = 0
        while offset < stride {
            sums.0 += Self.product(vector, query, offset)
            sums.1 += Self.product(vector, query, offset + 8)
            sums.2 += Self.product(vector, query, offset + 16)
            sums.3 += Self.product(vector, query, offset + 24)
            offset += Self.lanes
        }
        return ((sums.0 + sums.1) + (sums.2 + sums.3)).sum()
    }

    @inline(__always)
    private static func product(_ vector: UnsafeRawPointer, _ query: UnsafeRawPointer, _ offset: Int) -> SIMD8<Float> {
        let halves = vector.loadUnaligned(fromByteOffset: offset * 2, as: SIMD8<UInt16>.self)
        let wide = SIMD8<UInt32>(truncatingIfNeeded: halves) &<< 16
        let values = unsafeBitCast(wide, to: SIMD8<Float>.self)
        return values * query.loadUnaligned(fromByteOffset: offset * 4, as: SIMD8<Float>.self)
    }

    /// To the nearest bfloat16, ties to even.
    private static func rounded(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }

    private func grow() {
        capacity += Self.step
        guard let grown = realloc(base, capacity * stride * 2) else { fatalError("out of memory for vectors") }
        base = grown.bindMemory(to: UInt16.self, capacity: capacity * stride)
    }
}
