/// A document with places such as `{{title}}`, of which each answer fills those it has something for.
struct PageTemplate: Sendable {
    private enum Piece: Sendable {
        case text(ArraySlice<UInt8>)
        case place(String)
    }

    private let pieces: [Piece]

    init(_ bytes: [UInt8]) {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let place = Self.place(in: rest) {
            pieces.append(.text(rest[..<place.lowerBound]))
            pieces.append(.place(String(decoding: rest[place].dropFirst(2).dropLast(2), as: UTF8.self)))
            rest = rest[place.upperBound...]
        }
        self.pieces = pieces + [.text(rest)]
    }

    /// The document with `values`, which are HTML, at their places; a place without one is empty.
    func filled(_ values: [String: String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .text(let text): bytes += text
            case .place(let name): bytes += (values[name] ?? "").utf8
            }
        }
        return bytes
    }

    /// Where the first place stands: a name of small letters and `_` between double braces.
    private static func place(in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        for start in bytes.indices where bytes[start] == open && bytes[(start + 1)...].first == open {
            let name = bytes[(start + 2)...].prefix { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
            if !name.isEmpty, bytes[name.endIndex...].starts(with: [close, close]) { return start..<name.endIndex + 2 }
        }
        return nil
    }
}
