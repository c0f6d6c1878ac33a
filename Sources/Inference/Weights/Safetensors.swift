import Crypto
import JSON

/// Named tensors in one mapped safetensors file or in several, validated before any of them is touched.
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

    private static let maximumIndex = 16 << 20
    private static let maximumShards = 256

    /// Of the file, or of the index that names the files.
    let path: String
    let files: [MappedFile]
    let tensors: [String: Tensor]
    /// Which file a tensor is in, where there are several.
    private let places: [String: Int]

    /// The weights in `folder`: `model.safetensors`, or the files that `model.safetensors.index.json` names.
    /// - Throws: `.modelNotFound`, or `.invalidModel` saying what is wrong with which file and tensor.
    init(folder: String) throws(InferenceError) {
        do {
            try self.init(path: folder + "/model.safetensors")
        } catch  where error.code == .modelNotFound {
            let path = folder + "/model.safetensors.index.json"
            guard let index = try ModelFile(ifPresent: path, limit: Self.maximumIndex) else { throw error }
            try self.init(index: index, in: folder)
        }
    }

    /// - Throws: as `init(folder:)`.
    init(path: String) throws(InferenceError) {
        let file = try MappedFile(path: path)
        self.init(path: path, files: [file], tensors: try Self.tensors(in: file, path), places: [:])
    }

    private init(path: String, files: [MappedFile], tensors: [String: Tensor], places: [String: Int]) {
        self.path = path
        self.files = files
        self.tensors = tensors
        self.places = places
    }

    private init(index: ModelFile, in folder: String) throws(InferenceError) {
        guard let map = index.value("weight_map")?.object else { throw index.invalid("weight_map", "is not an object") }
        let names = Set(map.members.compactMap(\.value.string)).sorted()
        guard (1...Self.maximumShards).contains(names.count) else {
            throw index.invalid("weight_map", "names \(names.count) files")
        }
        var files: [MappedFile] = []
        var tensors: [String: Tensor] = [:]
        var places: [String: Int] = [:]
        for (number, name) in names.enumerated() {
            guard name.hasSuffix(".safetensors"), !name.contains("/") else {
                throw index.invalid("weight_map", "names '\(name.shortened)', not a safetensors file beside it")
            }
            let file = try MappedFile(path: "\(folder)/\(name)")
            files.append(file)
            for (tensor, place) in try Self.tensors(in: file, "\(folder)/\(name)") {
                guard tensors.updateValue(place, forKey: tensor) == nil else {
                    throw index.invalid("weight_map", "names files that both have a tensor \(Self.quoted(tensor))")
                }
                places[tensor] = number
            }
        }
        for member in map.members where places[member.name].map({ names[$0] }) != member.value.string {
            throw index.invalid("weight_map", "names a file for \(Self.quoted(member.name)) that does not have it")
        }
        self.init(path: index.path, files: files, tensors: tensors, places: places)
    }

    /// The file that a tensor is in.
    func file(of tensor: String) -> MappedFile { files[places[tensor] ?? 0] }

    /// SHA-256 of all bytes, file by file, in lower-case hex.
    func sha256() -> String {
        var hash = SHA256()
        for file in files { file.update(&hash) }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// Gives the resident pages back; they are read again from the files when touched.
    func evict() { for file in files { file.evict() } }

    private static func tensors(in file: MappedFile, _ path: String) throws(InferenceError) -> [String: Tensor] {
        do { return try tensors(in: file.bytes) } catch {
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
