import Foundation

/// What the reference makes of one text; see scripts/fixtures.
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
            stride(from: 0, to: bytes.count, by: 2)
                .map { Float(bytes.loadUnaligned(fromByteOffset: $0, as: Float16.self)) }
        }
    }

    /// The texts of a file in `Fixtures`.
    static func load(_ file: String = "encoder.json") throws -> [ReferenceText] {
        try JSONDecoder().decode([ReferenceText].self, from: Data(contentsOf: fixture(file)))
    }
}

/// The place of a file or folder in `Fixtures`.
func fixture(_ name: String) throws -> URL {
    guard let folder = Bundle.module.resourceURL else { throw MissingModel(path: "Fixtures") }
    return folder.appending(path: "Fixtures/\(name)")
}
