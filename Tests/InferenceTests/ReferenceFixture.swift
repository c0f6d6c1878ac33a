import Foundation

/// What sentence-transformers makes of one text; see scripts/fixtures/make-encoder-fixtures.py.
struct ReferenceText: Decodable, Sendable {
    let text: String
    /// Tokens of the whole text.
    let count: Int
    /// Tokens of the text cut to the model's length.
    let tokens: [Int32]
    /// Half-precision floats, little-endian.
    private let vector: Data

    var floats: [Float] {
        vector.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 2).map {
                Float(bytes.loadUnaligned(fromByteOffset: $0, as: Float16.self))
            }
        }
    }

    static func load() throws -> [ReferenceText] {
        guard let url = Bundle.module.url(forResource: "encoder", withExtension: "json", subdirectory: "Fixtures")
        else {
            throw MissingModel(path: "Fixtures/encoder.json")
        }
        return try JSONDecoder().decode([ReferenceText].self, from: Data(contentsOf: url))
    }
}
