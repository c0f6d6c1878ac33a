import Testing

@testable import JSON

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
            ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .double(9.223372036854775808e18)),
            ("1.5", .double(1.5)), ("1e3", .double(1000)), ("0.1", .double(0.1)), ("-2.5E-3", .double(-0.0025)),
            ("123456789012345678901234567890", .double(1.2345678901234568e29)),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-400", .double(0)), ("\"\"", .string("")),
            ("\"a\\n\\u00e9\\\"\"", .string("a\né\"")),
            ("\"\\ud83d\\ude00\"", .string("😀")), ("\"\\ud83d\"", .string("\u{FFFD}")),
            ("\"\\ude00x\"", .string("\u{FFFD}x")), ("\"\\ud83d\\u0041\"", .string("\u{FFFD}A")),
            ("\"\\u0000\"", .string("\0")), ("\"日本\"", .string("日本")), ("[]", .array([])), ("{}", .object([:])),
            ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
            ("{\"a\":1,\"a\":2}", .object(["a": .integer(2)])),
            ("{\"a\" : {\"b\":[]} }", .object(["a": .object(["b": .array([])])])),
        ] as [(String, JSONValue)]
    )
    func `valid texts are read`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru e", "01", "-", "1.", ".5", "1e", "+1", "1e400", "-1e999", "NaN", "Infinity", "\"",
        "\"\\x\"",
        "\"\\u12g4\"", "\"\\u12", "\"a\nb\"", "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}", "{'a':1}", "[1]x", "1 2", "// c", "[1 2]", "{\"a\" 1}", "\u{FEFF}1",
    ])
    func `anything else is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(Array(text.utf8)) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
    ])
    func `what is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(bytes) }
    }

    @Test func `depth is bounded`() throws {
        let deep = { (depth: Int) in
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        _ = try JSONValue(deep(64))
        #expect(throws: JSONError.self) { try JSONValue(deep(65)) }
        #expect(throws: JSONError.self) { try JSONValue(Array(String(repeating: "[", count: 1_000_000).utf8)) }
        let object = Array(String(repeating: "{\"a\":", count: 100_000).utf8)
        #expect(throws: JSONError.self) { try JSONValue(object, keeping: []) }
    }

    @Test func `members that are not kept are still checked`() throws {
        let text = "{\"keep\":[1],\"skip\":{\"a\":[1,{\"b\":\"\\u0041\"}]},\"list\":[],\"x\":[1,2]}"
        #expect(try JSONValue(Array(text.utf8), keeping: ["keep"]) == .object(["keep": .array([.integer(1)])]))
        #expect(throws: JSONError.self) { try JSONValue(Array("{\"skip\":[1,}".utf8), keeping: ["keep"]) }
    }

    @Test func `names that only Unicode holds to be equal are kept apart`() throws {
        let json = try JSONValue(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
        #expect(json["\u{E9}"] == .integer(1))
        #expect(json["e\u{301}"] == .integer(2))
    }

    @Test func `numbers are read to the nearest double`() throws {
        for _ in 0..<5000 {
            let value = Double(bitPattern: UInt64.random(in: .min ... .max))
            guard value.isFinite else { continue }
            #expect(try JSONValue(Array(value.description.utf8)).double == value)
        }
    }
}
