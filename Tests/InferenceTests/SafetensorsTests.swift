import Testing

@testable import Inference

@Suite("Safetensors") struct SafetensorsTests {
    private static func file(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
        let bytes = Array(header.utf8)
        let size = length ?? UInt64(bytes.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + bytes + Array(repeating: 0, count: data)
    }

    private static func parse(_ bytes: [UInt8]) throws -> [String: Safetensors.Tensor] {
        try bytes.withUnsafeBytes { try Safetensors.tensors(in: $0) }
    }

    @Test
    func `finds the tensors of a sound file`() throws {
        let header =
            #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},"#
            + #""a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#
        let tensors = try Self.parse(Self.file(header, data: 14))
        let start = 8 + header.utf8.count
        #expect(tensors["a"] == .init(type: .f32, shape: [2, 1], range: start..<start + 8))
        #expect(tensors["b"] == .init(type: .f16, shape: [3], range: start + 8..<start + 14))
    }

    struct HostileFile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ description: String, _ bytes: [UInt8]) {
            testDescription = description
            self.bytes = bytes
        }
    }

    static let hostile: [HostileFile] = [
        HostileFile("shorter than its length field", [1, 2, 3]),
        HostileFile("header longer than the file", file("{}", data: 0, length: 100)),
        HostileFile("header of absurd length", file("{}", data: 0, length: .max)),
        HostileFile("header that is no JSON", file("{\"a\":", data: 0)),
        HostileFile("header that is an array", file("[]", data: 0)),
        HostileFile("header nested too deeply", file(String(repeating: "[", count: 100_000), data: 0)),
        HostileFile("unknown dtype", file(#"{"a":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}"#, data: 4)),
        HostileFile("negative size", file(#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, data: 4)),
        HostileFile("fractional size", file(#"{"a":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}"#, data: 4)),
        HostileFile(
            "size that overflows",
            file(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, data: 0)
        ),
        HostileFile("size that disagrees", file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4)),
        HostileFile("reversed offsets", file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, data: 4)),
        HostileFile("negative offset", file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[-4,0]}}"#, data: 4)),
        HostileFile(
            "offset near the largest integer",
            file(
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}"#,
                data: 4
            )
        ),
        HostileFile("one offset", file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}"#, data: 4)),
        HostileFile("truncated data", file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, data: 3)),
        HostileFile("data left over", file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, data: 5)),
        HostileFile(
            "overlap",
            file(
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"#
                    + #""data_offsets":[2,6]}}"#,
                data: 6
            )
        ),
        HostileFile(
            "gap",
            file(
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"#
                    + #""data_offsets":[4,6]}}"#,
                data: 6
            )
        ),
        HostileFile(
            "a name given twice",
            file(
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"#
                    + #""data_offsets":[2,4]}}"#,
                data: 4
            )
        ),
    ]

    @Test(arguments: hostile)
    func `refuses a damaged or hostile file`(file: HostileFile) {
        #expect(throws: Safetensors.Failure.self) { try Self.parse(file.bytes) }
    }

    @Test(arguments: 0..<20)
    func `never crashes on mutated files`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let header =
            #"{"b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},"a":{"dtype":"F32","shape":[2,1],"#
            + #""data_offsets":[0,8]}}"#
        let original = Self.file(header, data: 14)
        for _ in 0..<200 {
            let mutant = original.mutated(by: &random)
            guard let tensors = try? Self.parse(mutant) else { continue }
            for tensor in tensors.values {
                #expect(tensor.range.lowerBound >= 8 && tensor.range.upperBound <= mutant.count)
                #expect(tensor.count * tensor.type.size == tensor.range.count)
            }
        }
    }
}
