import Foundation
import Testing

@testable import Inference

@Suite("UnigramTokenizer") struct UnigramTokenizerTests {
    private struct Reference: Decodable {
        let text: String
        let tokens: [Int32]
    }

    @Test(arguments: ["metaspace", "split"])
    func `makes the tokens of Hugging Face's tokenizers`(style: String) throws {
        let folder = try fixture("unigram/\(style)")
        let tokenizer = try TokenizerFile(directory: folder.path).tokenizer(vocabulary: 200)
        let data = try Data(contentsOf: folder.appending(path: "expected.json"))
        for entry in try JSONDecoder().decode([Reference].self, from: data) {
            var tokens: [Int32] = []
            tokenizer.append(entry.text, limit: .max, to: &tokens)
            #expect(tokens == entry.tokens, "\(entry.text.prefix(60).debugDescription)")
        }
    }

    @Test
    func `cuts a long text and keeps the last special token`() throws {
        let tokenizer = try TokenizerFile(directory: fixture("unigram/split").path).tokenizer(vocabulary: 200)
        var tokens: [Int32] = []
        tokenizer.append(String(repeating: "text ", count: 1000), limit: 10, to: &tokens)
        #expect(tokens.count == 10)
        #expect(tokens.first == 0)
        #expect(tokens.last == 2)
    }

    @Test
    func `refuses normalization rules that are damaged`() {
        for bytes in [[], [4, 0, 0, 0], [5, 0, 0, 0, 0, 0, 0, 0, 0], [255, 255, 255, 255, 0], [0, 0, 0, 0]] as [[UInt8]]
        {
            #expect(PrecompiledNormalizer(bytes) == nil)
        }
    }

    @Test(arguments: 0..<10)
    func `never crashes on mutated normalization rules`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<50 {
            let units = (0..<256).flatMap { _ in (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) } }
            let rules = PrecompiledNormalizer([0, 4, 0, 0] + units + Array("abc\0".utf8))
            _ = rules?.normalize(Substring("every 中 byte 🚀 é").unicodeScalars)
        }
    }
}
