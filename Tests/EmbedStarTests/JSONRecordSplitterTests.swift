import Testing

@testable import EmbedStar

@Suite struct JSONRecordSplitterTests {
    /// The records of `text`, fed in pieces of `size` bytes.
    private func records(_ text: String, size: Int) -> [String] {
        var splitter = JSONRecordSplitter()
        var records: [JSONRecordSplitter.Record] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            records += splitter.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if let last = splitter.finish() { records.append(last) }
        return records.map { "\($0.line):\($0.fault ?? String(decoding: $0.bytes, as: UTF8.self))" }
    }

    @Test(arguments: 1...9)
    func cutsLines(size: Int) {
        #expect(
            records("{\"a\":1}\n\n{\"b\":2}\r\n{bad\n{\"c\":3}", size: size) == [
                "1:{\"a\":1}", "3:{\"b\":2}\r", "4:{bad", "5:{\"c\":3}",
            ]
        )
    }

    @Test(arguments: 1...9)
    func cutsArrays(size: Int) {
        let text = "[\n {\"a\":\"}],{\\\"\"},\n {\"b\":{\"c\":[1,{}]}}\n]\n[{\"d\":4}]"
        #expect(
            records(text, size: size) == [
                "2:{\"a\":\"}],{\\\"\"}", "3:{\"b\":{\"c\":[1,{}]}}", "5:{\"d\":4}",
            ]
        )
    }

    @Test func reportsStrayElementsAndATornEnd() {
        #expect(
            records("[1, {\"a\":1}, null, {\"b\":", size: 4) == [
                "1:is not an object", "1:{\"a\":1}", "1:is not an object", "1:the file ends within this record",
            ]
        )
    }

    @Test func boundsRecords() {
        let long = "{\"a\":\"" + String(repeating: "x", count: JSONRecordSplitter.maximumLength) + "\"}"
        #expect(records(long + "\n{}", size: 65536) == ["1:is longer than 4 MiB", "2:{}"])
        #expect(records("[\(long),{}]", size: 65536) == ["1:is longer than 4 MiB", "1:{}"])
    }

    @Test func isEmptyForEmptyInput() {
        #expect(records("", size: 1).isEmpty)
        #expect(records("[]\n", size: 1).isEmpty)
        #expect(records("\n \n", size: 1).isEmpty)
    }
}
