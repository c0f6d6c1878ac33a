import HTTP
import Synchronization

/// Gives each request a name: the one in `X-Request-Id` when it is sane, otherwise a new one.
final class RequestIDs: Sendable {
    private let next: Atomic<UInt64>

    /// - Parameter seed: where the sequence starts; random, so that two processes do not give the same names.
    init(seed: UInt64 = .random(in: .min ... .max)) { next = Atomic(seed) }

    func identify(_ head: HTTPRequestHead) -> String {
        guard let range = head.valueRange(of: "x-request-id"), Self.isSane(head.bytes[range]) else { return fresh() }
        return String(decoding: head.bytes[range], as: UTF8.self)
    }

    /// 1 to 64 letters, digits, `-`, `_`, `.`, `:`: what can neither break a log line nor a header.
    static func isSane(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...64).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5F: true
                default: false
                }
            }
    }

    /// Twelve characters of base 32: short enough to need no memory of its own.
    private func fresh() -> String {
        let mixed = Self.mix(next.wrappingAdd(1, ordering: .relaxed).newValue)
        return String(unsafeUninitializedCapacity: 12) { buffer in
            for index in 0..<12 {
                let digit = UInt8(truncatingIfNeeded: mixed >> (5 * UInt64(index)) & 31)
                buffer.initializeElement(at: index, to: digit < 26 ? digit + 0x61 : digit - 26 + 0x32)
            }
            return 12
        }
    }

    /// SplitMix64's finalizer: neighbours in the sequence look unrelated.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
