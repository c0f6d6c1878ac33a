import Testing

@testable import Inference

@Suite("JSONParser") struct JSONParserTests {
    @Test("reads values of every kind")
    func values() throws {
        let json = try JSONParser.parse(
            Array(#" {"a": [1, -2.5, 1e3, true, false, null], "b\n\u00e9\ud83d\ude80": "\"\\\/"} "#.utf8)
        )
        #expect(json["a"]?.elements?.map(\.double) == [1, -2.5, 1000, nil, nil, nil])
        #expect(json["a"]?.elements?[0].integer == 1)
        #expect(json["a"]?.elements?[3].bool == true)
        #expect(json["b\n\u{E9}🚀"]?.string == #""\/"#)
    }

    @Test("keeps apart keys that only Unicode holds to be equal")
    func canonicallyEquivalentKeys() throws {
        let json = try JSONParser.parse(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
        #expect(json["\u{E9}"]?.integer == 1)
        #expect(json["e\u{301}"]?.integer == 2)
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "01", "-", "1.", "1e", "1e999", "tru", "\"\\x\"", "\"\\u12\"",
            "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "\"a", "1 2", "nul", "[1 2]", "+1", ".5",
            String(repeating: "[", count: 65),
        ]
    )
    func malformed(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test("refuses a string that is not UTF-8")
    func invalidUTF8() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xC3, 0x28, 0x22]) }
    }
}
