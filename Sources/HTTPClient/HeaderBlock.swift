/// The head of an answer as it came in: the status line and the fields (RFC 9112, sections 4 and 5).
struct HeaderBlock: Sendable {
    let bytes: [UInt8]

    /// The value of the first field of that name, compared without case. Lines without a colon are left out.
    func value(of name: String) -> String? {
        let lineFeed = UInt8(ascii: "\n")
        guard let statusLine = bytes.firstIndex(of: lineFeed) else { return nil }
        var rest = bytes[(statusLine + 1)...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != lineFeed }
            rest = rest.dropFirst(line.count + 1)
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), Self.isEqual(line[..<colon], name.utf8) else {
                continue
            }
            return String(decoding: Self.trimmed(line[(colon + 1)...]), as: UTF8.self)
        }
        return nil
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
}
