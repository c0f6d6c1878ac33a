import EmbeddingCore

/// Little-endian: a version byte, the model and the frame, then each repo's name and place. Texts have their length
/// before them in two bytes, shares are whole numbers up to 65535.
extension MapLayout {
    private static let version: UInt8 = 1
    /// Units of the layout are about those of vectors of unit length; what is beyond this cannot be computed with.
    private static let farthest: Float = 1e9

    var encoded: [UInt8] {
        var bytes = [Self.version]
        bytes.reserveCapacity(32 * places.count + 64)
        bytes.append(text: model)
        for value in [frame.lower.x, frame.lower.y, frame.upper.x, frame.upper.y] {
            bytes.append(integer: value.bitPattern)
        }
        for (name, place) in places.sorted(by: { $0.key < $1.key }) {
            bytes.append(text: name)
            bytes.append(integer: UInt16((place.x * 65535).rounded()))
            bytes.append(integer: UInt16((place.y * 65535).rounded()))
        }
        return bytes
    }

    /// Nil for what is no layout of this version.
    init?(encoded bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.popFirst() == Self.version, let model = rest.takeText() else { return nil }
        var corners: [Float] = []
        for _ in 0..<4 {
            guard let bits: UInt32 = rest.takeInteger() else { return nil }
            corners.append(Float(bitPattern: bits))
        }
        guard corners.allSatisfy({ $0.magnitude <= Self.farthest }), corners[0] <= corners[2], corners[1] <= corners[3]
        else { return nil }
        var places: [String: SIMD2<Float>] = [:]
        while !rest.isEmpty {
            guard let name = rest.takeText(), let x: UInt16 = rest.takeInteger(), let y: UInt16 = rest.takeInteger()
            else { return nil }
            places[name] = SIMD2(Float(x), Float(y)) / 65535
        }
        let frame = Frame(lower: SIMD2(corners[0], corners[1]), upper: SIMD2(corners[2], corners[3]))
        self.init(model: model, frame: frame, places: places)
    }
}

extension [UInt8] {
    fileprivate mutating func append(integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(text: String) {
        let text = text.utf8.prefix(Int(UInt16.max))
        append(integer: UInt16(text.count))
        append(contentsOf: text)
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func takeInteger<Integer: FixedWidthInteger & UnsignedInteger>() -> Integer? {
        let size = MemoryLayout<Integer>.size
        guard count >= size else { return nil }
        let value = prefix(size).reversed().reduce(Integer(0)) { $0 << 8 | Integer($1) }
        removeFirst(size)
        return value
    }

    fileprivate mutating func takeText() -> String? {
        guard let length: UInt16 = takeInteger(), count >= Int(length) else { return nil }
        let text = String(validating: prefix(Int(length)), as: UTF8.self)
        removeFirst(Int(length))
        return text
    }
}
