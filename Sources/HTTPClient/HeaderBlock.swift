/// The head of an answer as it came in: the status line and the fields (RFC 9112, sections 4 and 5).
struct HeaderBlock: Sendable {
    let bytes: [UInt8]

    /// The fields in order, without the status line. Lines without a colon are left out.
    var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        forEachField { name, value in
            fields.append((name: Self.text(name), value: Self.text(value)))
            return true
        }
        return fields
    }

    /// The value of the first field of that name, compared without case.
    func value(of name: String) -> String? {
        var found: String?
        forEachField { candidate, value in
            guard Self.isEqual(candidate, name.utf8) else { return true }
            found = Self.text(value)
            return false
        }
        return found
    }

    /// Calls `body` with name and value of each field until it returns false.
    private func forEachField(_ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool) {
        var isStatusLine = true
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            let line = bytes[start..<end]
            start = end + 1
            if isStatusLine {
                isStatusLine = false
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                guard body(line[..<colon], Self.trimmed(line[(colon + 1)...])) else { return }
            }
        }
    }

    private static func isEqual(_ name: ArraySlice<UInt8>, _ wanted: String.UTF8View) -> Bool {
        name.count == wanted.count && zip(name, wanted).allSatisfy { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let start = line.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return [] }
        return start[...last]
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
