import EmbeddingCore
import Testing

@testable import Providers

struct TruncationTests {
    /// One token for each character, which makes places visible.
    struct Characters: TokenCounter {
        var cutsAt: Int? { nil }

        func count(_ text: String) -> Int { text.count }
    }

    @Test(arguments: [
        ("hello", 3, "hel"), ("héllo", 2, "hé"), ("👩‍👩‍👧x", 1, "👩‍👩‍👧"), ("e\u{301}x", 1, "e\u{301}"), ("ab", 2, "ab"),
        ("ab", 0, ""),
    ])
    func `texts are cut between characters`(text: String, limit: Int, expected: String) {
        #expect(Truncation.cut(text, toTokens: limit, counter: Characters()) == expected)
    }

    @Test(arguments: [("hello", 3, "llo"), ("hé😀", 2, "é😀"), ("ab", 2, "ab"), ("ab", 0, "")])
    func `what is lost may be the beginning`(text: String, limit: Int, expected: String) {
        #expect(Truncation.cut(text, toTokens: limit, losing: .left, counter: Characters()) == expected)
    }

    @Test func `the beginning of a text never ends inside a scalar`() {
        let text = "a👩‍👩‍👧é漢字\r\nb"
        for bytes in 0...text.utf8.count {
            let part = Truncation.part(of: text, bytes: bytes)
            #expect(text.utf8.starts(with: part.utf8) && part.utf8.count <= bytes && part.utf8.count > bytes - 4)
            #expect(String(validating: part.utf8, as: UTF8.self) == part)
        }
    }

    @Test(
        arguments: [
            "\u{301}", "\u{200D}👩", "\u{1100}", "\u{915}\u{94D}", "\u{1F1E6}", "\u{FE0F}", "\u{E0061}", "\u{0600}",
        ]
    )
    func `a text that is one endless character is cut as quickly as another`(unit: String) {
        let text = "a" + String(repeating: unit, count: (2 << 20) / unit.utf8.count)
        for limit in [1, 100, 8192] {
            let cut = Truncation.cut(text, toTokens: limit, counter: TokenEstimate())
            #expect(TokenEstimate().count(cut) <= limit || cut.isEmpty)
        }
    }

    @Test(arguments: [
        ("The quick brown fox jumps over the lazy dog", 9), ("internationalization of 1234567 things!", 9),
        ("漢字かな交じり文", 11), ("😀😀", 4), ("func f() -> Int { return 42 }", 12), ("", 0),
    ])
    func `the estimate does not fall below what tokenizers count`(text: String, actual: Int) {
        let estimate = TokenEstimate().count(text)
        #expect(estimate >= actual && estimate <= actual * 2 + 8)
    }

    @Test func `a long text is cut to its limit and a whole one may be refused`() throws {
        let preparation = InputPreparation(
            queryPrefix: "q: ",
            documentPrefix: "",
            counter: Characters(),
            countsExactly: true
        )
        let limits = EmbeddingLimits(items: 1, tokensPerText: 5)
        var query = EmbeddingRequest(inputs: [], type: .query)
        let cut = try preparation.prepare(.text("abcdefgh"), query, limits: limits)
        #expect(cut.input == .text("q: ab") && cut.wasCut && cut.tokens == 5)
        query.truncatedEnd = .left
        #expect(try preparation.prepare(.text("abcdefgh"), query, limits: limits).input == .text("defgh"))
        let whole = EmbeddingRequest(inputs: [], type: .query, truncate: false)
        #expect(throws: EmbeddingError(.invalidInput, "")) {
            try preparation.prepare(.text("abcdefgh"), whole, limits: limits)
        }
        #expect(throws: EmbeddingError(.invalidInput, "")) {
            try preparation.prepare(.text(""), EmbeddingRequest(inputs: []), limits: limits)
        }
        #expect(throws: EmbeddingError(.tokensUnsupported, "")) {
            try preparation.prepare(.tokens([1]), EmbeddingRequest(inputs: []), limits: limits)
        }
    }

    @Test(arguments: [(10, [1, 2, 3]), (7, [5]), (100, [3, 3, 3]), (2, [9, 9, 9]), (0, [4, 5])])
    func `the provider's count is shared out whole`(total: Int, weights: [Int]) {
        let shares = TokenShares.divide(total, by: weights, isExact: false)
        #expect(shares.count == weights.count)
        #expect(shares.reduce(0, +) == (total == 0 ? 9 : total))
        #expect(TokenShares.divide(total, by: weights, isExact: true) == weights)
    }
}

struct ModelCardTests {
    @Test(arguments: [
        ("nomic-embed-text", "search_query: ", "search_document: "),
        ("nomic-embed-text:v1.5", "search_query: ", "search_document: "),
        ("intfloat/e5-base-v2", "query: ", "passage: "), ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("intfloat/multilingual-e5-large-instruct", "", ""),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("mxbai-embed-large", "Represent this sentence for searching relevant passages: ", ""),
        ("all-MiniLM-L6-v2", "", ""), ("text-embedding-3-small", "", ""),
    ])
    func `prefixes follow the model`(name: String, query: String, document: String) {
        let card = ModelCard.named(name)
        #expect(card?.queryPrefix == query)
        #expect(card?.documentPrefix == document)
    }

    @Test func `an unknown model has no card`() { #expect(ModelCard.named("my-model") == nil) }
}

struct VectorSizeTests {
    private let nomic = VectorSize(configured: nil, card: ModelCard.named("nomic-embed-text"), providerShortens: false)

    @Test func `a Matryoshka vector is cut and brought back to unit length`() throws {
        let embedding = try nomic.shape([0.6, 0, 0.8, 0], to: 2, native: 4)
        #expect(embedding.values == [1, 0])
        #expect(try nomic.wanted(2, native: 4) == 2)
        #expect(nomic.asked(2, native: 4) == nil)
    }

    @Test func `a vector unsound in the part that is cut off is refused`() {
        #expect(throws: EmbeddingError(.badResponse, "")) { try nomic.shape([0.6, 0.8, .nan, 0], to: 2, native: 4) }
        #expect(throws: EmbeddingError(.badResponse, "")) { try nomic.shape([0.6, 0.8, 0], to: 2, native: 4) }
    }

    @Test func `OpenAI shortens its own vectors`() throws {
        let size = VectorSize(configured: 256, card: ModelCard.named("text-embedding-3-small"), providerShortens: true)
        #expect(try size.wanted(nil, native: 1536) == 256)
        #expect(size.asked(256, native: 1536) == 256)
        #expect(size.asked(1536, native: 1536) == nil)
    }

    @Test(arguments: [0, -1, 5, 100])
    func `sizes the model cannot give are refused`(size: Int) {
        #expect(throws: EmbeddingError(.unsupportedDimensions, "")) { try nomic.wanted(size, native: 4) }
    }

    @Test func `a model without Matryoshka training gives its own size only`() {
        let size = VectorSize(configured: nil, card: ModelCard.named("all-minilm"), providerShortens: false)
        #expect(throws: EmbeddingError(.unsupportedDimensions, "")) { try size.wanted(128, native: 384) }
    }
}
