import FoundationEssentials
import Testing

@testable import Inference

@Suite struct RankedVocabularyTests {
    private func vocabulary(_ content: String) throws -> RankedVocabulary {
        let path = FileManager.default.temporaryDirectory.appending(path: "ranks-\(UUID().uuidString)").path
        try Data(content.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try RankedVocabulary(contentsOf: path, special: [9: "<|end|>"])
    }

    /// `a`, `b`, the two halves of `é`, and ` the`.
    private static let small = "YQ== 0\nYg== 1\nww== 2\nqQ== 3\nIHRoZQ== 4\n"

    @Test(
        arguments: [
            ([0, 4, 1], "a theb"), ([2, 3], "é"), ([2], "\u{FFFD}"), ([], ""), ([0, 9], "a<|end|>"), ([5], nil),
            ([-1], nil), ([.max], nil),
        ] as [([Int], String?)]
    )
    func `tokens are put together as bytes`(ids: [Int], expected: String?) throws {
        #expect(try vocabulary(Self.small).text(of: ids) == expected)
    }

    @Test(
        arguments: [
            "", "YQ==", "YQ== 1\n", "YQ== 0\nYg== 0\n", "*** 0\n", "YQ== 0 0\n", "YQ== x\n", " 0\n", "YQ== 0\n\u{0}",
        ]
    )
    func `a damaged file is refused`(content: String) {
        #expect(throws: InferenceError.self) { try vocabulary(content) }
    }

    @Test
    func `what is not there is told from what is damaged`() {
        #expect(throws: InferenceError(.modelNotFound, "")) { try RankedVocabulary(contentsOf: "/no/such/file") }
    }
}
