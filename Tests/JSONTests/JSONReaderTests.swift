import Testing

@testable import JSON

@Suite struct JSONReaderTests {
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
            ("[1e-45,1e-46,1e39,-1e999]", [.leastNonzeroMagnitude, 0, .infinity, -.infinity]),
            ("[12345678901234567.5,1234567890123456789012.25]", [12345678901234567.5, 1234567890123456789012.25]),
            // In the middle between two floats, and a little beside it, further than a double can tell.
            ("[16777217,16777217.00000000000001,16777218.99999999999999]", [16777216, 16777218, 16777218]),
            ("[1.00000005960464477539062500001,1.000000059604644775390625]", [1.0000001, 1]),
        ] as [(String, [Float])]
    )
    func `numbers are read as the nearest floats`(text: String, expected: [Float]) throws {
        #expect(try vector(text) == expected)
    }

    @Test func `every number is read as the standard library reads it`() throws {
        var generator = SystemRandomNumberGenerator()
        var texts: [String] = []
        for count in 1...24 {
            for _ in 0..<100 {
                let digits = (0..<count).map { _ in "0123456789".randomElement(using: &generator) ?? "0" }
                let exponent = Int.random(in: -50...45, using: &generator)
                texts.append("0." + String(digits))
                texts.append("-7\(String(digits))e\(exponent)")
                texts.append("3.\(String(digits))E\(exponent)")
            }
        }
        for _ in 0..<3000 {
            let float = Float(bitPattern: .random(in: .min ... .max, using: &generator))
            guard float.isFinite else { continue }
            texts += [float.description, Double(float).description, Double(float.nextUp / 2 + float / 2).description]
        }
        let read = try vector("[" + texts.joined(separator: ",") + "]")
        #expect(read.count == texts.count)
        for (text, value) in zip(texts, read) {
            let isSame = Float(text)?.bitPattern == value.bitPattern
            #expect(isSame, "\(text) became \(value)")
        }
    }

    @Test(arguments: ["[null,1]", "[NaN,1]", "[-Infinity,1]", "[Infinity, 1]"])
    func `words that are not numbers become NaN in a vector`(text: String) throws {
        let values = try vector(text)
        #expect(values.count == 2 && values[0].isNaN && values[1] == 1)
        guard text != "[null,1]" else { return }
        #expect(throws: JSONError.self) { try JSONValue(Array(text.utf8)) }
    }

    @Test(arguments: [
        "[1,2", "[1,,2]", "[1 2]", "[1,]", "1", "[\"a\"]", "[1e]", "[-]", "[1]]", "", "[[1]]", "{}", "[01]", "[.5]",
        "[1.]", "[+1]", "[true]", "[nul]", "[nan]", "[-NaN]", "[1e+]", "[0x1]",
    ])
    func `what is no vector is refused`(text: String) {
        #expect(throws: JSONError.self) { try vector(text) }
    }

    @Test func `a vector that is too long is refused`() throws {
        let longest = JSONReader.maximumVectorLength
        let numbers = { (count: Int) in "[" + String(repeating: "1,", count: count - 1) + "1]" }
        #expect(try vector(numbers(longest)).count == longest)
        #expect(throws: JSONError.self) { try vector(numbers(longest + 1)) }
        let letters = { (count: Int) in "\"" + String(repeating: "AACAPwAAgD8AAIA/", count: count / 3) + "\"" }
        #expect(try vector(letters(longest)).count == longest - 1)
        #expect(throws: JSONError.self) { try vector(letters(longest + 3)) }
    }

    @Test func `base64 is little-endian float32`() throws {
        #expect(try vector("\"AACAPwAAAMAAAEBAzczMPQ==\"") == [1, -2, 3, 0.1])
        #expect(try vector("\"AACAPwAAAMAAAEBAzczMPQ\"") == [1, -2, 3, 0.1])
        #expect(try vector("\"AACAPw==\"") == [1])
        #expect(try vector("\"\"") == [])
        #expect(try vector(#""\u0041ACA\/w==""#) == vector("\"AACA/w==\""))
    }

    @Test(arguments: ["AACAP", "AACA", "AAC*Pw==", "AA=APw==", "====", "AACAPwA=", "AACAPé==", "AACA\\nPw=="])
    func `bad base64 is refused`(text: String) {
        #expect(throws: JSONError.self) { try vector("\"\(text)\"") }
    }

    @Test func `strings are unescaped`() throws {
        let text = #""a\"b\\c\/\n\t\u00e9\ud83d\ude00\ud800x""#
        let value = try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.readString() }
        #expect(value == "a\"b\\c/\n\té😀\u{FFFD}x")
    }

    @Test func `a string ends at its quote wherever that stands`() throws {
        for length in 0...70 {
            let text = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length)
            for tail in ["", "\\n", "\\\""] {
                let bytes = Array("\"\(text)\(tail)\"".utf8)
                let value = try JSONReader.read(bytes) { reader throws(JSONError) in try reader.readString() }
                #expect(value.utf8.count == text.utf8.count + (tail.isEmpty ? 0 : 1))
            }
            for broken in ["\"\(text)", "\"\(text)\u{1}\"", "\"\(text)\\", "\"\(text)\\\""] {
                #expect(throws: JSONError.self) { try JSONValue(Array(broken.utf8)) }
            }
        }
    }

    @Test func `unknown values are skipped whatever they hold`() throws {
        let text = #"{"a":{"x":[1,{"y":"]}\""}],"z":null},"b":[true,false],"wanted":7,"c":-1.5e3,"d":"}"}"#
        var wanted: Int?
        try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in
            try reader.readObject { reader, key throws(JSONError) in
                if key == "wanted" { wanted = try reader.readInteger() } else { try reader.skipValue() }
            }
        }
        #expect(wanted == 7)
    }

    @Test(arguments: [("7", 7), ("-1.0", -1), ("2e3", 2000), ("1.5", nil), ("\"7\"", nil), ("null", nil), ("[7]", nil)])
    func `a whole number is read and anything else passed over`(text: String, expected: Int?) throws {
        let bytes = Array(text.utf8)
        #expect(try JSONReader.read(bytes) { reader throws(JSONError) in try reader.readInteger() } == expected)
    }

    @Test func `nesting is bounded for whoever reads`() {
        let array = Array((String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)).utf8)
        #expect(throws: JSONError.self) {
            try JSONReader.read(array) { reader throws(JSONError) in try reader.skipValue() }
        }
        #expect(throws: JSONError.self) {
            try JSONReader.read(array) { reader throws(JSONError) in try descend(&reader) }
        }
    }

    private func descend(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readArray { reader throws(JSONError) in try descend(&reader) }
    }

    @Test func `any prefix and any changed byte of a text is survived`() throws {
        let text = #"{"a":[0.1,-2e-3,true],"b":"\u00e9\ud83d\ude00","c":[{"d":null}],"e":1e5}"#
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            #expect(throws: JSONError.self) { try JSONValue(Array(bytes[..<end])) }
        }
        for place in bytes.indices {
            for byte: UInt8 in [0, 0x22, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x2C, 0x39, 0xFF] {
                var changed = bytes
                changed[place] = byte
                if let value = try? JSONValue(changed) { #expect(value.object != nil) }
            }
        }
    }
}
