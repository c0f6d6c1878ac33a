import Foundation

/// What the reference makes of one text; see scripts/fixtures.
struct ReferenceText: Decodable, Sendable {
    let text: String
    /// Tokens of the whole text.
    let count: Int
    /// Tokens of the text cut to the model's length.
    let tokens: [Int32]
    /// The vector of unit length.
    let floats: [Float]

    private enum CodingKeys: String, CodingKey {
        case text, count, tokens
        /// Half-precision floats, little-endian.
        case halves = "vector"
        /// Floats, little-endian.
        case floats
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decode(String.self, forKey: .text)
        count = try container.decode(Int.self, forKey: .count)
        tokens = try container.decode([Int32].self, forKey: .tokens)
        if let data = try container.decodeIfPresent(Data.self, forKey: .halves) {
            floats = Self.elements(of: data, as: Float16.self).map { Float($0) }
        } else {
            floats = Self.elements(of: try container.decode(Data.self, forKey: .floats), as: Float.self)
        }
    }

    private static func elements<Element: BitwiseCopyable>(of data: Data, as type: Element.Type) -> [Element] {
        data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.size)
                .map { bytes.loadUnaligned(fromByteOffset: $0, as: type) }
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
