/// What is added to the score of one token for another, by head and by how far the other stands before or after it.
final class PlaceBias: Sendable {
    private let table: FloatTensor
    private let pitch: Int
    private let centre: Int

    /// The kernels read whole registers, so up to 15 floats past the last distance.
    private static let margin = 16

    /// - Parameters:
    ///   - reach: the largest distance, in tokens.
    ///   - bias: of a head and a distance, negative for tokens before.
    init(heads: Int, reach: Int, _ bias: (_ head: Int, _ distance: Int) -> Float) {
        let pitch = 2 * reach + 1 + Self.margin
        self.pitch = pitch
        centre = reach
        table = FloatTensor(count: heads * pitch) { values in
            for head in 0..<heads {
                for distance in -reach...reach { values[head * pitch + reach + distance] = bias(head, distance) }
            }
        }
    }

    /// Where the bias of distance 0 stands.
    func ofHead(_ head: Int) -> UnsafePointer<Float> { table.start + head * pitch + centre }
}
