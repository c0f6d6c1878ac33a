import JSON

/// A safetensors file: named tensors in one mapped file, validated before any of them is touched.
///
/// Layout: 8 bytes of little-endian header length, a JSON header, then the tensors without gaps.
struct Safetensors: Sendable {
    /// One tensor, by the place of its bytes in the file.
    struct Tensor: Sendable, Hashable {
        let type: ElementType
        let shape: [Int]
        /// In bytes from the start of the file.
        let range: Range<Int>

        var count: Int { shape.reduce(1, *) }
    }

    /// The element types a file may hold.
    enum ElementType: String, Sendable {
        case f64 = "F64"
        case f32 = "F32"
        case f16 = "F16"
        case bf16 = "BF16"
        case i64 = "I64"
        case i32 = "I32"
        case i16 = "I16"
        case i8 = "I8"
        case u8 = "U8"
        case bool = "BOOL"

        /// In bytes.
        var size: Int {
            switch self {
            case .f64, .i64: 8
            case .f32, .i32: 4
            case .f16, .bf16, .i16: 2
            case .i8, .u8, .bool: 1
            }
        }
    }

    private static let maximumHeader = 16 << 20
    private static let maximumRank = 8

    let path: String
    let file: MappedFile
    let tensors: [String: Tensor]

    /// - Throws: `.modelNotFound`, or `.invalidModel` saying what is wrong with which tensor.
    init(path: String) throws(InferenceError) {
        self.path = path
        file = try MappedFile(path: path)
        do {
            tensors = try Self.tensors(in: file.bytes)
        } catch {
            throw InferenceError(.invalidModel, "\(path): \(error.reason)")
        }
    }

    struct Failure: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    static func tensors(in bytes: UnsafeRawBufferPointer) throws(Failure) -> [String: Tensor] {
        guard bytes.count >= 8 else { throw Failure("shorter than its length field") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(maximumHeader) else { throw Failure("header of \(length) bytes") }
        let start = 8 + Int(length)
        guard start <= bytes.count else { throw Failure("truncated header") }
        let header: JSONValue
        do {
            header = try JSONValue([UInt8](bytes[8..<start]))
        } catch {
            throw Failure("header: \(error)")
        }
        guard let members = header.object?.members else { throw Failure("header is not an object") }
        var tensors: [String: Tensor] = [:]
        for member in members where member.name != "__metadata__" {
            let tensor = try tensor(member.value, named: member.name, dataStart: start)
            guard tensors.updateValue(tensor, forKey: member.name) == nil else {
                throw Failure("tensor \(quoted(member.name)) is named twice")
            }
        }
        try checkPlaces(of: tensors, from: start, to: bytes.count)
        return tensors
    }

    private static func tensor(
        _ value: JSONValue,
        named name: String,
        dataStart: Int
    ) throws(Failure) -> Tensor {
        guard let type = value["dtype"]?.string.flatMap(ElementType.init) else {
            throw Failure("tensor \(quoted(name)) has no known dtype")
        }
        guard let sizes = value["shape"]?.array, sizes.count <= maximumRank else {
            throw Failure("tensor \(quoted(name)) has no valid shape")
        }
        var shape: [Int] = []
        var bytes = type.size
        for size in sizes {
            guard let size = size.integer, size >= 0 else { throw Failure("tensor \(quoted(name)) has no valid shape") }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow else { throw Failure("tensor \(quoted(name)) is too large") }
            bytes = product
            shape.append(size)
        }
        guard let offsets = value["data_offsets"]?.array, offsets.count == 2,
            let first = offsets[0].integer, let last = offsets[1].integer, first >= 0, first <= last,
            last <= Int.max - dataStart
        else { throw Failure("tensor \(quoted(name)) has no valid data_offsets") }
        guard last - first == bytes else {
            throw Failure("tensor \(quoted(name)) takes \(bytes) bytes but has \(last - first)")
        }
        return Tensor(type: type, shape: shape, range: dataStart + first..<dataStart + last)
    }

    /// The tensors must fill the file from header to end, each byte belonging to one.
    private static func checkPlaces(of tensors: [String: Tensor], from start: Int, to end: Int) throws(Failure) {
        let places = tensors.sorted { left, right in
            (left.value.range.lowerBound, left.value.range.upperBound)
                < (right.value.range.lowerBound, right.value.range.upperBound)
        }
        var expected = start
        for (name, tensor) in places {
            guard tensor.range.lowerBound >= expected else { throw Failure("tensor \(quoted(name)) overlaps another") }
            guard tensor.range.lowerBound == expected else { throw Failure("a gap before tensor \(quoted(name))") }
            guard tensor.range.upperBound <= end else { throw Failure("tensor \(quoted(name)) is cut off") }
            expected = tensor.range.upperBound
        }
        guard expected == end else { throw Failure("\(end - expected) bytes that belong to no tensor") }
    }

    /// A name from a hostile file, cut to a length fit for a message.
    private static func quoted(_ name: String) -> String { "'\(name.shortened)'" }
}
