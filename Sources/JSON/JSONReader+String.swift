extension JSONReader {
    /// A string with its escapes resolved.
    package mutating func readString() throws(JSONError) -> String {
        let content = try scanString()
        guard content.hasEscapes else {
            return try text(UnsafeBufferPointer(rebasing: bytes[content.range]), at: content.range.lowerBound)
        }
        return try unescaped(content.range)
    }

    /// A string; anything else is skipped and gives nil.
    package mutating func readStringIfPresent() throws(JSONError) -> String? {
        guard try peek() == UInt8(ascii: "\"") else {
            try skipValue()
            return nil
        }
        return try readString()
    }

    /// Where the content of a string stands, quotes left out. Escapes and UTF-8 are not checked yet.
    mutating func scanString() throws(JSONError) -> (range: Range<Int>, hasEscapes: Bool) {
        guard try peek() == UInt8(ascii: "\"") else { throw failure("a string is expected") }
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlainText()
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<(position - 1), hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position = min(position + 2, bytes.count)
            case nil: throw failure("a string does not end")
            default: throw failure("a control character stands in a string")
            }
        }
    }

    /// Goes to the next quote, backslash or control character, or to the end; eight bytes at a time.
    private mutating func skipPlainText() {
        guard let base = bytes.baseAddress else { return }
        let ones: UInt64 = 0x0101_0101_0101_0101
        while position &+ 8 <= bytes.count {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            // The high bit of a byte stands after a subtraction that borrowed: from a zero, or from less than a space.
            let quotes = word ^ (0x22 &* ones)
            let backslashes = word ^ (0x5C &* ones)
            let stops =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                | ((word &- 0x20 &* ones) & ~word)
            guard stops & (0x80 &* ones) == 0 else { break }
            position &+= 8
        }
        while let byte = next, byte >= 0x20, byte != 0x22, byte != 0x5C { position &+= 1 }
    }

    private func text(_ utf8: UnsafeBufferPointer<UInt8>, at offset: Int) throws(JSONError) -> String {
        // ASCII is valid, and the standard library's validation costs more than reading a short text.
        if Self.isASCII(utf8) { return String(decoding: utf8, as: UTF8.self) }
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw JSONError(message: "a string is not UTF-8", offset: offset)
        }
        return text
    }

    /// Eight bytes at a time.
    private static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var seen: UInt64 = 0
        var index = 0
        while index &+ 8 <= bytes.count {
            seen |= UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            index &+= 8
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            index &+= 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }

    private func unescaped(_ range: Range<Int>) throws(JSONError) -> String {
        guard let text = String(validating: try unescapedBytes(range), as: UTF8.self) else {
            throw JSONError(message: "a string is not UTF-8", offset: range.lowerBound)
        }
        return text
    }

    func unescapedBytes(_ range: Range<Int>) throws(JSONError) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\\") {
                try appendEscape(at: &index, below: range.upperBound, to: &content)
            } else {
                content.append(byte)
            }
        }
        return content
    }

    /// Appends the UTF-8 of the escape whose backslash stands before `index`.
    private func appendEscape(at index: inout Int, below end: Int, to content: inout [UInt8]) throws(JSONError) {
        // The scan has made sure that a backslash is followed by something.
        let kind = bytes[index]
        index += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: try scalar(at: &index, below: end).utf8)
        default: throw JSONError(message: "an unknown escape stands in a string", offset: index - 1)
        }
    }

    /// The scalar of `\uXXXX`, or of two such that are a surrogate pair.
    private func scalar(at index: inout Int, below end: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit(at: index, below: end)
        index += 4
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") {
            let second = try codeUnit(at: index + 2, below: end)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                index += 6
                return scalar
            }
        }
        return "\u{FFFD}"
    }

    private func codeUnit(at index: Int, below end: Int) throws(JSONError) -> UInt32 {
        guard index + 4 <= end else { throw JSONError(message: "a broken \\u escape", offset: index) }
        var unit: UInt32 = 0
        for place in index..<(index + 4) {
            let digit: UInt8
            switch bytes[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[place] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[place] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[place] - UInt8(ascii: "A") + 10
            default: throw JSONError(message: "a broken \\u escape", offset: place)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
