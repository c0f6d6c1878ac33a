/// The head of an answer as it came in: the status line and the fields (RFC 9112, sections 4 and 5).
struct HeaderBlock: Sendable {
    let bytes: [UInt8]

    /// The value of the first field of that name, compared without case.
    func value(of name: String) -> String? {
        var name = name
        return name.withUTF8 { name in bytes.withUnsafeBufferPointer { Self.value(of: name, in: $0) } }
    }

    private static func value(
        of name: UnsafeBufferPointer<UInt8>,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> String? {
        var start = end(ofLineAt: 0, in: bytes) + 1
        while start < bytes.count {
            let end = end(ofLineAt: start, in: bytes)
            let colon = start + name.count
            if colon < end, bytes[colon] == UInt8(ascii: ":"), isEqual(bytes, start, name) {
                return trimmed(UnsafeBufferPointer(rebasing: bytes[(colon + 1)..<end]))
            }
            start = end + 1
        }
        return nil
    }

    private static func end(ofLineAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }

    private static func isEqual(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        name.indices.allSatisfy { lowercase(bytes[start + $0]) == lowercase(name[$0]) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func trimmed(_ line: UnsafeBufferPointer<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        guard let start = line.firstIndex(where: { !isBlank($0) }), let last = line.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: UnsafeBufferPointer(rebasing: line[start...last]), as: UTF8.self)
    }
}
