/// The place of one span in a trace, as `traceparent` and `tracestate` carry it between processes (W3C Trace Context,
/// level 1).
package struct TraceContext: Sendable, Hashable {
    /// 16 bytes, never all zero.
    package var traceID: TraceID
    /// 8 bytes, never zero.
    package var spanID: UInt64
    /// Whether the trace is recorded; decided where it begins.
    package var isSampled: Bool
    /// What other vendors pass along, untouched; empty when there is nothing.
    package var state: String

    package init(traceID: TraceID, spanID: UInt64, isSampled: Bool, state: String = "") {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads the two fields of a request. A `tracestate` of more than 512 bytes (§3.3.1.5) or of other than visible
    /// characters is not passed on.
    /// - Returns: nil unless `parent` is valid (§3.2); the trace then begins here.
    package init?(parent: String, state: String? = nil) {
        let bytes = Array(parent.utf8)
        // version "-" trace-id "-" parent-id "-" flags; later versions may continue after another dash (§3.2.4).
        guard bytes.count == 55 || (bytes.count > 55 && bytes[55] == UInt8(ascii: "-")),
            bytes[2] == UInt8(ascii: "-"), bytes[35] == UInt8(ascii: "-"), bytes[52] == UInt8(ascii: "-"),
            let version = Hexadecimal.value(bytes[0..<2]), version != 0xFF, version != 0 || bytes.count == 55,
            let high = Hexadecimal.value(bytes[3..<19]), let low = Hexadecimal.value(bytes[19..<35]),
            let span = Hexadecimal.value(bytes[36..<52]), let flags = Hexadecimal.value(bytes[53..<55]),
            high | low != 0, span != 0
        else { return nil }
        traceID = TraceID(high: high, low: low)
        spanID = span
        isSampled = flags & 1 == 1
        self.state = state.flatMap { Self.isSane($0) ? $0 : nil } ?? ""
    }

    /// The value of `traceparent`, version 00.
    package var parent: String {
        "00-\(traceID)-\(Hexadecimal.text(spanID))-\(isSampled ? "01" : "00")"
    }

    /// A span's id as 16 hexadecimal digits.
    package static func text(ofSpan id: UInt64) -> String { Hexadecimal.text(id) }

    private static func isSane(_ state: String) -> Bool {
        state.utf8.count <= 512 && state.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
    }
}

/// The identity of a trace; 32 hexadecimal digits as text.
package struct TraceID: Sendable, Hashable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}

/// Fixed-width numbers in lower-case hexadecimal digits.
enum Hexadecimal {
    static func text(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index) & 15)
                buffer.initializeElement(at: index, to: digit < 10 ? digit + 0x30 : digit + 0x57)
            }
            return 16
        }
    }

    /// - Returns: nil when a digit is not one, upper case included (W3C Trace Context §3.2.2).
    static func value(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return value
    }
}
