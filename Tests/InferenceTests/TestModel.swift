import Glibc

@testable import Inference

/// A file the tests need is not there.
struct MissingModel: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path) is missing: run scripts/bootstrap, or name the folder of all-MiniLM-L6-v2 in EMBED_STAR_MODEL"
    }
}

/// The built-in model, loaded once for all tests.
enum TestModel {
    /// `EMBED_STAR_MODEL`, or the folder where scripts/bootstrap puts the model.
    static let directory: String = {
        if let path = getenv("EMBED_STAR_MODEL") { return String(cString: path) }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/models/all-MiniLM-L6-v2"
    }()

    private static let loaded = Result { try load() }

    static func encoder() throws -> TextEncoder { try loaded.get() }

    static func load(
        threads: Int = 2,
        precision: Precision? = .fp32,
        kernels: Kernels? = nil
    ) throws -> TextEncoder {
        guard access(directory + "/model.safetensors", R_OK) == 0 else { throw MissingModel(path: directory) }
        return try TextEncoder(
            modelDirectory: directory,
            on: EncoderThreads(count: threads),
            precision: precision,
            kernels: kernels
        )
    }
}

/// The cosine of the angle between two vectors.
func cosine(_ left: [Float], _ right: [Float]) -> Double {
    var (product, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (l, r) in zip(left, right) {
        product += Double(l) * Double(r)
        leftSquares += Double(l) * Double(l)
        rightSquares += Double(r) * Double(r)
    }
    return product / (leftSquares * rightSquares).squareRoot()
}
