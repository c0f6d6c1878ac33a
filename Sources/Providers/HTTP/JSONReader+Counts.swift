import JSON

extension JSONReader {
    /// A number of things as servers write it: `3`, `3.0`, `"3"`. Numbers from outside are bounded here, once, so that
    /// nobody who calculates with them has to think of it.
    /// - Parameter limit: what makes sense at most; what is more, negative or no whole number counts as not said.
    mutating func readCount(upTo limit: Int) throws(JSONError) -> Int? {
        let value = try peek() == UInt8(ascii: "\"") ? Int(try readString()) : try readInteger()
        return value.flatMap { (0...limit).contains($0) ? $0 : nil }
    }

    /// An array of vectors, one more than `limit` at most: that one tells that there are too many.
    mutating func readVectors(upTo limit: Int, capacity: Int) throws(JSONError) -> [[Float]] {
        var vectors: [[Float]] = []
        guard try peek() == UInt8(ascii: "[") else {
            try skipValue()
            return vectors
        }
        try readArray { reader throws(JSONError) in
            guard vectors.count <= limit else { return try reader.skipValue() }
            vectors.append(try reader.readVectorIfPresent(capacity: capacity))
        }
        return vectors
    }

    /// A vector; an empty one where something else stands, such as `null`.
    mutating func readVectorIfPresent(capacity: Int) throws(JSONError) -> [Float] {
        switch try peek() {
        case UInt8(ascii: "["), UInt8(ascii: "\""): return try readVector(capacity: capacity)
        default:
            try skipValue()
            return []
        }
    }
}

/// What providers' numbers are at most.
enum Bounds {
    /// Tokens of a call, or of a minute.
    static let tokens = 1 << 40
    /// Tokens that a model takes of one text.
    static let contextLength = 10_000_000
    /// Floats in a vector.
    static let dimensions = 65_536
}
