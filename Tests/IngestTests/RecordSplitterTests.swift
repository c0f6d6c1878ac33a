import Testing

@testable import Ingest

@Suite struct RecordSplitterTests {
    /// The records of `bytes`, fed in pieces of `size` bytes.
    private func records(_ bytes: [UInt8], size: Int) -> [String] {
        var splitter = RecordSplitter()
        var records: [RecordSplitter.Record] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            records += splitter.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        if let last = splitter.finish() { records.append(last) }
        return records.map { record in
            switch record.content {
            case .json(let bytes): "\(record.line):\(String(decoding: bytes, as: UTF8.self))"
            case .fault(let reason): "\(record.line)!\(reason)"
            }
        }
    }

    private func records(_ text: String, size: Int = 4) -> [String] { records(Array(text.utf8), size: size) }

    @Test(arguments: 1...9)
    func `lines are cut`(size: Int) {
        #expect(
            records("\u{FEFF}{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":\"é\"}", size: size) == [
                "1:{\"a\":1}", "3:{\"b\":2}", "4:{\"c\":\"é\"}",
            ]
        )
    }

    @Test(arguments: [30, 64, 65, 66, 3000])
    func `what is nested deeply ends where it ends, and is not kept open by open`(depth: Int) {
        for (opening, closing) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
            let deep =
                #"{"x":"#
                + String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth) + "}"
            #expect(records("\(deep){\"b\":2}", size: 7) == ["1:\(deep)", "1:{\"b\":2}"])
        }
    }

    @Test(arguments: 1...9)
    func `objects over many lines are cut`(size: Int) {
        let text = "{\n  \"a\": {\n    \"b\": [1, {}]\n  }\n}\n{\n\"c\": \"}{\\\"\"}{\"d\":4}"
        #expect(
            records(text, size: size) == [
                "1:{\n  \"a\": {\n    \"b\": [1, {}]\n  }\n}", "6:{\n\"c\": \"}{\\\"\"}", "7:{\"d\":4}",
            ]
        )
    }

    @Test(arguments: 1...9)
    func `arrays are cut, also several in a row and within each other`(size: Int) {
        let text = "[\n {\"a\":\"}],{\\\"\"},\n {\"b\":{\"c\":[1,{}]}}\n]\n[{\"d\":4}] [[{\"e\":5}],[]]"
        #expect(
            records(text, size: size) == [
                "2:{\"a\":\"}],{\\\"\"}", "3:{\"b\":{\"c\":[1,{}]}}", "5:{\"d\":4}", "5:{\"e\":5}",
            ]
        )
    }

    @Test(arguments: [
        "{bad", "{\"a\":1", "{\"a\":[1,2", "{\"a\":\"x", "{\"a\":1]", "{\"a\":{\"b\":1]}",
    ])
    func `what is broken costs no other line`(broken: String) {
        let found = records("{\"a\":1}\n\(broken)\n{\"b\":2}\n{\"c\":3}\n")
        #expect(found.count == 4)
        #expect(found[1].hasPrefix("2!it is not valid JSON"))
        #expect(found[2...] == ["3:{\"b\":2}", "4:{\"c\":3}"])
    }

    @Test func `what is no object is told of once a run, and a torn end too`() {
        #expect(
            records("[1, \"a\", {\"a\":1}, null, {\"b\":") == [
                "1!it is not an object", "1:{\"a\":1}", "1!it is not an object", "1!the input ends within it",
            ]
        )
        #expect(records("[{\"a\":1},") == ["1:{\"a\":1}", "1!the input ends within an array"])
        #expect(records("root:x:0:0\ndaemon:x:1:1\nbin:x:2:2\n") == ["1!it is not an object"])
    }

    @Test(arguments: [[0xFF, 0xFE, 0x7B, 0x00], [0xFE, 0xFF, 0x00, 0x7B], [0x00, 0x7B, 0x00, 0x7D]] as [[UInt8]])
    func `another encoding is told of once`(start: [UInt8]) {
        #expect(records(start + [0x0A, 0x00, 0x7B, 0x00, 0x0A, 0x7B], size: 3) == ["1!it is not UTF-8"])
    }

    @Test func `records have a bound`() {
        let long = "{\"a\":\"" + String(repeating: "x", count: RecordSplitter.maximumLength) + "\"}"
        #expect(records(long + "\n{}", size: 65536) == ["1!it is longer than 2 MiB", "2:{}"])
        #expect(records("[\(long),{}]", size: 65536) == ["1!it is longer than 2 MiB", "1:{}"])
    }

    @Test(arguments: ["", "[]\n", "\n \n", "[[],\n[]]"])
    func `nothing gives nothing`(text: String) { #expect(records(text).isEmpty) }
}
