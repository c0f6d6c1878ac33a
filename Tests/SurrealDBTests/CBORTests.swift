import FoundationEssentials
import Testing

@testable import SurrealDB

@Suite struct CBORTests {
    /// 18c7a4b2-aa4c-4e1c-9f8f-4d0e2b6a7c11.
    static let uuid = UUID(
        uuid: (0x18, 0xC7, 0xA4, 0xB2, 0xAA, 0x4C, 0x4E, 0x1C, 0x9F, 0x8F, 0x4D, 0x0E, 0x2B, 0x6A, 0x7C, 0x11)
    )

    static let values: [SurrealValue] = [
        .none, .null, .bool(true), .bool(false),
        0, 23, 24, 255, 256, 65535, 65536, 4_294_967_295, 4_294_967_296, .int(.max), .int(.min), -1, -24, -25, -257,
        .float(1.5), .float(-0.0), .float(.infinity), .float(.pi), .float(.leastNonzeroMagnitude),
        "", "embed-star", "Straße 🦀", .string(String(repeating: "x", count: 70000)),
        .bytes([]), .bytes([0, 255]), [], [1, "two", [3.5, nil]], .floats([0.5, -1.25, .greatestFiniteMagnitude]),
        [:], ["a": 1, "b": ["c": .none]],
        .recordID(SurrealRecordID(table: "repo", key: 5)),
        .recordID(SurrealRecordID(table: "repo", key: ["a", .uuid(uuid)])),
        .datetime(seconds: 1_700_000_000, nanoseconds: 999_999_999), .datetime(seconds: -1, nanoseconds: 0),
        .duration(.seconds(90) + .nanoseconds(5)), .duration(.zero), .decimal("3.14159265358979323846"),
    ]

    @Test(arguments: values) func `a value survives the round trip`(_ value: SurrealValue) throws {
        var encoder = CBOREncoder()
        encoder.append(value)
        #expect(try CBORDecoder.decode(encoder.bytes) == value)
    }

    /// Of RFC 8949, appendix A, and of SurrealDB's tags.
    static let texts: [(hex: String, value: SurrealValue)] = [
        ("00", 0), ("1818", 24), ("1903e8", 1000), ("1bffffffffffffffff", .decimal("18446744073709551615")),
        ("20", -1), ("3903e7", -1000), ("3bffffffffffffffff", .decimal("-18446744073709551616")),
        ("3b8000000000000000", .decimal("-9223372036854775809")),
        ("f93c00", .float(1)), ("f90001", .float(5.960464477539063e-8)), ("f97bff", .float(65504)),
        ("fa47c35000", .float(100000)), ("fb7e37e43c8800759c", .float(1.0e+300)), ("f97c00", .float(.infinity)),
        ("f4", false), ("f5", true), ("f6", nil), ("f7", .none), ("c6f6", .none),
        ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
        ("6449455446", "IETF"), ("7f657374726561646d696e67ff", "streaming"),
        ("80", []), ("83010203", [1, 2, 3]), ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("83f93c00fa3f000000fb3fd0000000000000", .floats([1, 0.5, 0.25])), ("82f93c0001", [.float(1), 1]),
        ("a0", [:]), ("a26161016162820203", ["a": 1, "b": [2, 3]]), ("bf61610161629f0203ffff", ["a": 1, "b": [2, 3]]),
        ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
        ("c7647265706f", "repo"), ("c882647265706f05", .recordID(SurrealRecordID(table: "repo", key: 5))),
        ("c8667265706f3a35", .recordID(SurrealRecordID(table: "repo", key: "5"))),
        ("ca63312e35", .decimal("1.5")), ("cc820102", .datetime(seconds: 1, nanoseconds: 2)),
        ("ce80", .duration(.zero)), ("ce8101", .duration(.seconds(1))),
        ("ce820102", .duration(.seconds(1) + .nanoseconds(2))),
        ("ce811bffffffffffffffff", .duration(.seconds(Int64.max))),
        ("d8255018c7a4b2aa4c4e1c9f8f4d0e2b6a7c11", .uuid(uuid)),
        ("d8318218630a", [.int(99), 10]),
    ]

    @Test(arguments: texts) func `a text is read`(_ text: (hex: String, value: SurrealValue)) throws {
        #expect(try CBORDecoder.decode(bytes(text.hex)) == text.value)
    }

    static let malformed: [(hex: String, error: CBORError)] = [
        ("", .truncated), ("18", .truncated), ("1901", .truncated), ("fb00", .truncated), ("61", .truncated),
        ("9bffffffffffffffff", .truncated), ("bbffffffffffffffff", .truncated), ("7bffffffffffffffff", .truncated),
        ("5bffffffffffffffff", .truncated), ("8201", .truncated), ("9f01", .truncated), ("bf", .truncated),
        ("82f93c00", .truncated), ("9a00100000f93c00", .truncated),
        ("0000", .trailingBytes), ("1c", .invalidInitialByte(0x1C)), ("1f", .invalidInitialByte(0x1F)),
        ("ff", .invalidInitialByte(0xFF)), ("f8ff", .invalidInitialByte(0xF8)), ("df00", .invalidInitialByte(0xDF)),
        ("5f6100ff", .invalidInitialByte(0x61)), ("5f5f4100ffff", .invalidInitialByte(0x5F)),
        ("61ff", .invalidUTF8), ("a10102", .invalidMapKey), ("c801", .invalidTag(8)), ("cc8101", .invalidTag(12)),
        ("cc82011affffffff", .invalidTag(12)), ("d8254101", .invalidTag(37)), ("ce8120", .invalidTag(14)),
    ]

    @Test(arguments: malformed) func `a malformed text is refused`(_ text: (hex: String, error: CBORError)) {
        #expect(throws: text.error) { try CBORDecoder.decode(bytes(text.hex)) }
    }

    @Test(arguments: [0x81, 0x9F, 0xC6] as [UInt8]) func `deep nesting is refused`(initial: UInt8) {
        #expect(throws: CBORError.tooDeep) { try CBORDecoder.decode([UInt8](repeating: initial, count: 1_000_000)) }
    }

    @Test func `damaged texts never crash`() {
        var encoder = CBOREncoder()
        encoder.append(.array(Self.values.filter { $0.string?.utf8.count ?? 0 < 1000 }))
        var random = SplitMix64(seed: 1)
        for _ in 0..<3000 {
            var bytes = encoder.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<(bytes.count / 2), using: &random))
            _ = try? CBORDecoder.decode(bytes)
        }
    }

    @Test func `equal record IDs have equal bytes`() throws {
        let one = SurrealRecordID(table: "repo", key: ["owner": "a", "name": "b", "host": "c"])
        let other = SurrealRecordID(table: "repo", key: ["host": "c", "name": "b", "owner": "a"])
        #expect(one.encoded == other.encoded)
        #expect(try SurrealRecordID(encoded: one.encoded) == one)
        #expect(SurrealRecordID(table: "repo", key: 5).encoded != SurrealRecordID(table: "repo", key: "5").encoded)
        #expect(throws: SurrealError(.badResponse, "")) { try SurrealRecordID(encoded: [1, 2, 3]) }
        #expect(throws: SurrealError(.badResponse, "")) { try SurrealRecordID(encoded: [1]) }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }
}

/// Reproducible randomness (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
