import Testing

@testable import Providers

struct JSONReaderTests {
    private func vector(_ text: String) throws -> [Float] {
        try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.readVector(capacity: 4) }
    }

    @Test(
        arguments: [
            ("[]", []),
            ("[0]", [0]),
            ("[ 1 , -2.5,\n3e2 ]", [1, -2.5, 300]),
            ("[0.1,-0.0219383239746093750]", [0.1, -0.021938323974609375]),
            ("[1.1754944e-38,3.4028235e38]", [.leastNormalMagnitude, .greatestFiniteMagnitude]),
            ("[0.00000000000000000000012345678901234567890123]", [1.2345679e-22]),
            ("[123456789012345678901234567890]", [1.2345679e29]),
            ("[1E5,1e+5,1e-5]", [1e5, 1e5, 1e-5]),
            ("[-0.05631256103515625,12345678,87654320]", [-0.05631256103515625, 12345678, 87654320]),
        ] as [(String, [Float])]
    )
    func `numbers are read as floats`(text: String, expected: [Float]) throws {
        #expect(try vector(text) == expected)
    }

    @Test func `every float printed by the standard library is read back exactly`() throws {
        var generator = SystemRandomNumberGenerator()
        let floats = (0..<3000).map { _ in Float.random(in: -1...1, using: &generator) }
        let text = "[" + floats.map(\.description).joined(separator: ",") + "]"
        #expect(try vector(text) == floats)
        let doubles = "[" + floats.map { Double($0).description }.joined(separator: ",") + "]"
        #expect(try vector(doubles) == floats)
    }

    @Test(arguments: ["[null,1]", "[NaN,1]", "[-Infinity,1]"])
    func `words that are not numbers become NaN`(text: String) throws {
        let values = try vector(text)
        #expect(values.count == 2 && values[0].isNaN && values[1] == 1)
    }

    @Test(arguments: ["[1,2", "[1,,2]", "[1 2]", "[1,]", "1", "[\"a\"]", "[1e]", "[-]", "[1]]", "", "[[1]]", "{}"])
    func `what is no vector is refused`(text: String) {
        #expect(throws: JSONError.self) { try vector(text) }
    }

    @Test func `base64 is little-endian float32`() throws {
        #expect(try vector("\"AACAPwAAAMAAAEBAzczMPQ==\"") == [1, -2, 3, 0.1])
        #expect(try vector("\"AACAPwAAAMAAAEBAzczMPQ\"") == [1, -2, 3, 0.1])
        #expect(try vector("\"AACAPw==\"") == [1])
        #expect(try vector("\"\"") == [])
    }

    @Test(arguments: ["AACAP", "AACA", "AAC*Pw==", "AA=APw==", "====", "AACAPwA=", "AACAPé=="])
    func `bad base64 is refused`(text: String) {
        #expect(throws: JSONError.self) { try vector("\"\(text)\"") }
    }

    @Test func `strings are unescaped`() throws {
        let text = #""a\"b\\c\/\n\t\u00e9\ud83d\ude00\ud800x""#
        let value = try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.readString() }
        #expect(value == "a\"b\\c/\n\té😀\u{FFFD}x")
    }

    @Test func `unknown values are skipped whatever they hold`() throws {
        let text = #"{"a":{"x":[1,{"y":"]}\""}],"z":null},"b":[true,false],"wanted":7,"c":-1.5e3,"d":"}"}"#
        var wanted: Int?
        try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in
            try reader.readObject { reader, key throws(JSONError) in
                if key == "wanted" { wanted = try reader.readInt() } else { try reader.skipValue() }
            }
        }
        #expect(wanted == 7)
    }

    @Test func `deep nesting is refused`() {
        let text = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(throws: JSONError.tooDeep) {
            try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.skipValue() }
        }
    }

    @Test func `any prefix and any changed byte of an answer is survived`() throws {
        let text = #"{"data":[{"index":0,"embedding":[0.1,-2e-3]},{"embedding":"AACAPw==","index":1}],"usage":{"a":1}}"#
        let bytes = Array(text.utf8)
        for end in bytes.indices { _ = try? OpenAIWire.batch(Array(bytes[..<end]), count: 2, capacity: 2) }
        for place in bytes.indices {
            for byte: UInt8 in [0, 0x22, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x2C, 0x39, 0xFF] {
                var changed = bytes
                changed[place] = byte
                _ = try? OpenAIWire.batch(changed, count: 2, capacity: 2)
            }
        }
    }

    @Test func `written strings are read back`() throws {
        let text = "quote \" slash \\ line \n tab \t bell \u{07} é 😀 \u{2028}"
        var writer = JSONWriter()
        writer.string(text)
        let value = try JSONReader.read(writer.bytes) { reader throws(JSONError) in try reader.readString() }
        #expect(value == text)
    }
}
