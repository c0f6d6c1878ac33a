import Testing

@testable import EmbedStar

@Suite struct ProgressLineTests {
    private static let report = ProgressLine.Report(
        fraction: 0.421,
        counts: "5,480 of 13,033 repos",
        rate: "104 a second",
        timeLeft: "1 min 12 s left"
    )

    @Test(arguments: [
        (120, "█████████████████░░░░░░░░░░░░░░░░░░░░░░░   42 %  5,480 of 13,033 repos  104 a second  1 min 12 s left"),
        (80, "████████░░░░░░░░░░   42 %  5,480 of 13,033 repos  104 a second  1 min 12 s left"),
        (62, " 42 %  5,480 of 13,033 repos  104 a second  1 min 12 s left"),
        (48, " 42 %  5,480 of 13,033 repos  1 min 12 s left"),
        (40, "██████░░░░░░░░░   42 %  1 min 12 s left"),
        (24, " 42 %  1 min 12 s left"),
        (10, " 42 % 1 m"),
        (1, " "),
    ])
    func `a narrow terminal gets less, never two lines`(columns: Int, expected: String) {
        let line = ProgressLine.line(Self.report, columns: columns)
        #expect(line == expected)
        #expect(DisplayWidth.of(line) < max(columns, 2))
    }

    @Test func `elsewhere it is a plain line`() {
        #expect(
            ProgressLine.plain(Self.report) == "42 %, 5,480 of 13,033 repos, 104 a second, 1 min 12 s left"
        )
        let endless = ProgressLine.Report(fraction: nil, counts: "7 repos read", rate: "3.5 a second", timeLeft: nil)
        #expect(ProgressLine.plain(endless) == "7 repos read, 3.5 a second")
        #expect(ProgressLine.line(endless, columns: 80) == "7 repos read  3.5 a second")
    }
}

@Suite struct HumanTextTests {
    /// They come from whatever answers at `--server`.
    @Test(arguments: [.nan, .infinity, -.infinity, 1e300, -1e300, Double(Int.max), 1e18])
    func `no number is too large to be told`(number: Double) {
        #expect(!HumanText.duration(seconds: number).isEmpty)
        #expect(!HumanText.rate(number).isEmpty)
        #expect(!HumanText.score(number).isEmpty)
    }
}

@Suite struct TextTableTests {
    private static func table() -> TextTable {
        var table = TextTable([("SCORE", .right), ("REPO", .left), ("DESCRIPTION", .left)])
        table.add(["0.5", "a/b", "plain"])
        table.add(["0.25", "中文/仓库", "two\nlines,\ta tab and \u{1B}[31mred\u{7}"])
        return table
    }

    @Test func `columns stand under each other, wide characters included`() {
        #expect(
            Self.table().rendered(width: .max) == """
                SCORE  REPO       DESCRIPTION
                  0.5  a/b        plain
                 0.25  中文/仓库  two lines, a tab and [31mred
                """
        )
    }

    @Test(arguments: [12, 20, 40]) func `no line is wider than the terminal`(width: Int) {
        for line in Self.table().rendered(width: width).split(separator: "\n") {
            #expect(DisplayWidth.of(String(line)) <= width)
        }
    }

    @Test func `a line is cut where its text is, not where its column ends`() {
        #expect(
            Self.table().rendered(width: 30) == """
                SCORE  REPO       DESCRIPTION
                  0.5  a/b        plain
                 0.25  中文/仓库  two lines,…
                """
        )
    }

    @Test(arguments: [
        ("abc", 3), ("", 0), ("日本", 4), ("🚀", 2), ("é", 1), ("☎️", 2), ("–★", 2),
        ("🇨🇭", 2), ("👩‍👩‍👧", 2), ("⚡", 2), ("✅", 2), ("⭐", 2), ("한국", 4), ("ｱ", 1), ("ａ", 2), ("e\u{301}", 1),
        ("a\u{200B}b", 2),
    ])
    func `width is counted in columns`(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }
}

@Suite struct PrintableTests {
    @Test(arguments: [
        ("a\u{202E}gnp.exe\u{202C}", "agnp.exe"), ("\u{2066}x\u{2069}", "x"), ("a\u{200F}\u{200E}\u{61C}b", "ab"),
        ("\u{1B}]0;title\u{7}b", "]0;title b"), ("two\nlines\u{85}more", "two lines more"), ("👩‍👩‍👧", "👩‍👩‍👧"),
    ])
    func `nothing that others wrote moves the cursor or turns the writing`(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    @Test func `a narrow terminal keeps the description`() {
        var table = TextTable(
            [("SCORE", .right), ("REPO", .left), ("LANGUAGE", .left), ("STARS", .right), ("DESCRIPTION", .left)],
            dispensable: [3, 2, 0]
        )
        table.add(["0.812", "tokio-rs/tokio", "Rust", "28,000", "A runtime for writing reliable programs"])
        #expect(table.rendered(width: 45).contains("A runtime for"))
        #expect(!table.rendered(width: 45).contains("28,000"))
        #expect(table.rendered(width: 120).contains("28,000"))
    }

    @Test(arguments: [
        ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
        (["CLICOLOR_FORCE": "1"], false, true), (["CLICOLOR_FORCE": "0"], false, false),
        (["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], true, false), (["CLICOLOR": "0"], true, false),
    ])
    func `colours are for those who want them`(environment: [String: String], isTerminal: Bool, expected: Bool) {
        #expect(Colour.isWanted(environment, isTerminal: isTerminal) == expected)
    }
}

@Suite struct ClockFindingTests {
    @Test(arguments: [(1000.0, 1004.0), (1000, 1000), (1004, 1000)])
    func `clocks that are near each other are good`(own: Double, database: Double) {
        #expect(Doctor.clockFinding(own: own, database: database).verdict == .good)
    }

    @Test(arguments: [(1000.0, 1090.0, "1 min 30 s behind"), (8200, 1000, "2 h 0 min ahead of")])
    func `a skew is named with its direction`(own: Double, database: Double, words: String) {
        let finding = Doctor.clockFinding(own: own, database: database)
        #expect(finding.verdict == .doubtful)
        #expect(finding.detail.contains(words))
        #expect(finding.remedy?.contains("NTP") == true)
    }
}
