import Testing

@testable import Settings

@Suite struct DotEnvTests {
    @Test(
        arguments: [
            ("A=b", "b"), ("export A=b", "b"), ("A = b c # note", "b c"), ("A=\"x # y\\n\"", "x # y\n"),
            ("A='$x'", "$x"),
            ("A=#", ""), ("A=a#b", "a#b"), ("\tA=1\r", "1"),
        ]
    )
    func readsAssignments(line: String, value: String) {
        let (values, badLines) = DotEnv.parse(line)
        #expect(values == ["A": value])
        #expect(badLines.isEmpty)
    }

    @Test func passesOverCommentsAndNumbersBadLines() {
        let (values, badLines) = DotEnv.parse("# note\n\nA=1\nnonsense\nB='open")
        #expect(values == ["A": "1"])
        #expect(badLines == [4, 5])
    }
}
