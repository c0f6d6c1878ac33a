import Testing

@testable import JSON

@Suite struct Base64Tests {
    /// RFC 4648 §10, and the last two letters of both alphabets.
    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"), ("Zm9vYg", "foob"), ("w7/Dvg", "ÿþ"), ("w7_Dvg", "ÿþ"), ("fj4-", "~>>"),
        ("fj4+", "~>>"),
    ])
    func `bytes are decoded`(text: String, expected: String) {
        #expect(Base64.bytes(text) == Array(expected.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zm9v=", "Z===", "Zm 9", "Zm9v\n", "Zmé=", "=Zg="])
    func `anything else is refused`(text: String) {
        #expect(Base64.bytes(text) == nil)
    }

    @Test func `vectors of every length come back bit by bit`() {
        for count in 0...40 {
            let values = (0..<count).map { _ in Float(bitPattern: .random(in: .min ... .max)) }
            var bytes: [UInt8] = []
            Base64.append(values, to: &bytes)
            #expect(bytes.count == (count * 4 + 2) / 3 * 4)
            let read = bytes.withUnsafeBufferPointer { Base64.floats($0) }
            #expect(read?.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }
}
