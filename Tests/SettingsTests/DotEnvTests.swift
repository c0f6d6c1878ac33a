import Testing

@testable import Settings

@Suite struct DotEnvTests {
    @Test(
        arguments: [
            ("A=b", "b"), ("export A=b", "b"), ("A = b c # note", "b c"), ("A=\"x # y\\n\"", "x # y\n"),
            ("A='$x'", "$x"),
            ("A=#", ""), ("A=a#b", "a#b"), ("\tA=1\r", "1"), ("A=a\t# note", "a"), ("A=e\u{301}", "e\u{301}"),
        ]
    )
    func `reads assignments`(line: String, value: String) {
        let (values, badLines) = DotEnv.parse(line)
        #expect(values == ["A": value])
        #expect(badLines.isEmpty)
    }

    @Test func `passes over comments and numbers bad lines`() {
        let (values, badLines) = DotEnv.parse("# note\n\nA=1\nnonsense\nB='open")
        #expect(values == ["A": "1"])
        #expect(badLines == [4, 5])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines end as they like`(end: String) {
        let text = ["# note", "A=1", "", "B=\"two\"\t# note", "nonsense", "C='3'"].joined(separator: end)
        for text in [text, text + end, "\u{FEFF}" + text] {
            let (values, badLines) = DotEnv.parse(text)
            #expect(values == ["A": "1", "B": "two", "C": "3"])
            #expect(badLines == [5])
        }
    }

    @Test func `ends may be mixed`() {
        #expect(DotEnv.parse("# a\r\nA=1\rB=2\nC=3\n\rD=4").values == ["A": "1", "B": "2", "C": "3", "D": "4"])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `values between quotes may go over lines`(end: String) {
        let text = ["A=\"-----BEGIN", "a=b", "", "-----END\" # note", "B='1", "2'", "C=3"].joined(separator: end)
        let (values, badLines) = DotEnv.parse(text)
        #expect(values == ["A": "-----BEGIN\na=b\n\n-----END", "B": "1\n2", "C": "3"])
        #expect(badLines.isEmpty)
    }

    @Test func `a quote that was forgotten takes no other setting`() {
        let (values, badLines) = DotEnv.parse("A=\"one\nB=\"two\"\nC='three\nD=4")
        #expect(values == ["B": "two", "D": "4"])
        #expect(badLines == [1, 3])
    }

    @Test func `names of other programs are left alone`() {
        let (values, badLines) = DotEnv.parse("a.b=1\nx-y=2\nsome words=3\nA=4\nÄ=5")
        #expect(values == ["A": "4"])
        #expect(badLines.isEmpty)
    }
}
