import Foundation
import Testing

@testable import Inference

/// What scripts/fixtures/make-token-fixtures.py has Hugging Face's tokenizers find.
@Suite("Tokens and their places") struct LocatedTokenTests {
    private struct Reference: Decodable {
        let text: String
        /// Id and text, for those that stand in the text also the scalars.
        let tokens: [Token]
        /// The text put together again, without special tokens and with them.
        let decoded: String
        let whole: String
    }

    private struct Token: Decodable, Equatable {
        let located: LocatedToken

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            let id = try values.decode(Int32.self)
            let text = try values.decode(String.self)
            let start = try values.decodeIfPresent(Int.self)
            let stop = try values.decodeIfPresent(Int.self)
            let range = if let start, let stop { start..<stop } else { nil as Range<Int>? }
            located = LocatedToken(id: id, text: text, range: range)
        }
    }

    static let names = [
        "all-MiniLM-L6-v2", "models/bert-cased-max", "models/mpnet", "models/roberta", "models/modernbert",
        "models/qwen3", "unigram/metaspace", "unigram/split",
    ]

    private static func tokenizer(_ name: String) throws -> Tokenizer {
        let folder = name == "all-MiniLM-L6-v2" ? TestModel.directory : try fixture(name).path
        return try TokenizerFile(directory: folder).tokenizer(vocabulary: 40_000)
    }

    private static func references(_ name: String) throws -> [Reference] {
        let data = try Data(contentsOf: fixture("tokens.json"))
        return try JSONDecoder().decode([String: [Reference]].self, from: data)[name] ?? []
    }

    @Test(arguments: names)
    func `agree with Hugging Face's tokenizers`(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        let references = try Self.references(name)
        #expect(references.count > 10)
        for entry in references {
            let tokens = tokenizer.located(entry.text, special: true)
            #expect(tokens == entry.tokens.map(\.located), "\(entry.text.debugDescription)")
            let plain = tokenizer.located(entry.text, special: false)
            #expect(plain == tokens.filter { $0.range != nil }, "\(entry.text.debugDescription)")
        }
    }

    @Test(arguments: names)
    func `are put together to the same text`(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        for entry in try Self.references(name) {
            let ids = entry.tokens.map(\.located.id)
            #expect(tokenizer.text(of: ids, special: false) == entry.decoded, "\(entry.text.debugDescription)")
            #expect(tokenizer.text(of: ids, special: true) == entry.whole, "\(entry.text.debugDescription)")
        }
    }

    @Test(arguments: names)
    func `stay within the text and in order, whatever it is`(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        let texts =
            try ReferenceText.load().map(\.text) + [
                "<UNK><unk> \u{2581}\u{2581}x", String(repeating: "<UNK>\u{301} ", count: 2000),
                "\u{1100}\u{1161}\u{11A8}",
            ]
        for text in texts {
            let length = text.unicodeScalars.count
            var start = 0
            for token in tokenizer.located(text, special: false) {
                let range = try #require(token.range)
                #expect(range.lowerBound >= start && range.upperBound <= length)
                start = range.lowerBound
            }
        }
    }

    @Test
    func `of the end are those that a text cut at its beginning has`() throws {
        let tokenizer = try Self.tokenizer("all-MiniLM-L6-v2")
        let text = (0..<50).map { "word\($0)" }.joined(separator: " ")
        var all: [Int32] = []
        tokenizer.append(text, limit: .max, to: &all)
        let last = tokenizer.last(10, of: text)
        #expect(last == [all[0]] + all.suffix(9))
        #expect(tokenizer.last(1000, of: text) == all)
    }

    @Test
    func
        `the raw vector is that of unit length but for its length, and the tokens' vectors are those that it is the mean of`()
        async throws
    {
        let encoder = try TestModel.encoder()
        let text = "A parser for dates"
        let unit = try await encoder.encode([text]).vectors[0]
        let raw = try await encoder.encode([.text(text)], as: .rawVector).vectors[0]
        let ids = encoder.tokens(of: text)
        let rows = try await encoder.encode([.tokens(ids)], as: .tokenVectors).vectors[0]
        #expect(cosine(raw, unit) > 0.999999)
        #expect(abs(raw.reduce(0) { $0 + $1 * $1 }.squareRoot() - 1) > 0.01)
        #expect(rows.count == ids.count * encoder.width)
        let mean = (0..<encoder.width).map { column in
            ids.indices.reduce(Float(0)) { $0 + rows[$1 * encoder.width + column] } / Float(ids.count)
        }
        for (one, other) in zip(mean, raw) { #expect(abs(one - other) < 1e-4) }
    }

    @Test
    func `as they are give the vector of their text, in batches with any others`() async throws {
        let encoder = try TestModel.encoder()
        let texts = ["one text", "another, longer text"]
        let ids = texts.map { EncoderInput.tokens(encoder.tokens(of: $0)) }
        let ofTexts = try await encoder.encode(texts).vectors
        let ofTokens = try await encoder.encode(ids + [.text(texts[0])], as: .unitVector).vectors
        for (index, vector) in ofTokens.enumerated() { #expect(cosine(vector, ofTexts[index % 2]) > 0.999999) }
    }
}
