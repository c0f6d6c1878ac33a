import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    @Test func `written strings are read back`() throws {
        let text = "quote \" slash \\ line \n tab \t bell \u{07} é 😀 \u{2028}"
        #expect(try JSONValue(JSONWriter.write { $0.string(text) }) == .string(text))
    }

    @Test func `commas stand between members and elements alone`() {
        let bytes = JSONWriter.object { json in
            json.member("a", 1)
            json.member("b", nil as String?)
            json.member("c") { json in
                json.member("d", true)
                json.member("e", ["x", "y"])
            }
            json.key("f")
            json.array { _ in }
            json.key("g")
            json.array { json in
                json.vector([1, -0.5])
                json.base64([1])
            }
            json.member("h", 0.25)
        }
        let expected =
            #"{"a":1,"b":null,"c":{"d":true,"e":["x","y"]},"f":[],"g":[[1,-0.5],"AACAPw=="],"h":0.25}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `numbers that JSON does not have are null`() {
        let bytes = JSONWriter.write { json in
            json.array { json in
                json.double(.nan)
                json.double(-.infinity)
                json.double(3)
            }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "[null,null,3]")
    }
}
