import EmbeddingCore
import Settings
import Telemetry
import Testing

@testable import Providers

/// What every provider does, whatever its wire.
@Suite(.serialized) struct ProviderConformanceTests {
    static let texts = [
        "hello", "A vector database written in Rust", "quotes \" and \\ and / slashes", "line\nbreak\ttab\r",
        "héllo wörld", "漢字かな交じり文", "👩‍👩‍👧 family", "\u{0}null\u{1}", "\u{2028}separators\u{2029}", "  spaces  ",
        String(repeating: "long enough to matter ", count: 20),
    ]

    @Test(arguments: ProviderUnderTest.available)
    func `vectors come in the order of the texts, of one size and unit length`(provider: ProviderUnderTest) async throws
    {
        try await provider.run { fixture in
            let model = try await fixture.gateway.model()
            let result = try await fixture.gateway.embed(Self.texts)
            #expect(result.model == model)
            for (text, vector) in zip(Self.texts, result.vectors) {
                let vector = try #require(vector)
                #expect(vector.count == model.dimensions)
                #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
                if let expected = fixture.expected(text) { #expect(vector == expected) }
            }
            #expect(result.tokens > 0)
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `the identity names provider and model, and stays`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            let model = try await fixture.gateway.model()
            #expect(model.provider == provider.kind.name)
            #expect(model.name == (provider.kind.isInProcess ? "all-MiniLM-L6-v2" : "fake"))
            #expect((model.revision != nil) == (provider.kind.isInProcess || provider.dialect == .ollama))
            let again = try await fixture.gateway.model()
            #expect(again == model)
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `a text has the same vector alone and in company`(provider: ProviderUnderTest) async throws {
        try await provider.run(change: { $0["CACHE_MAX_BYTES"] = "0" }) { fixture in
            let together = try await fixture.gateway.embed(Self.texts)
            for (text, vector) in zip(Self.texts, together.vectors) {
                let alone = try #require(try await fixture.gateway.embed([text]).vectors[0])
                let product = zip(alone, try #require(vector)).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(product > 0.9999)
            }
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `an empty text has its own error and spoils no other`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            let result = try await fixture.gateway.embed(["a", "", "b"])
            #expect(result.codes == [nil, .invalidInput, nil])
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `many texts at once go out in full batches and all come back`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            let texts = (0..<200).map { "text number \($0)" }
            let result = try await fixture.gateway.embed(texts)
            #expect(result.vectors.allSatisfy { $0 != nil })
            if let fake = fixture.fake {
                #expect(result.vectors == texts.map { fixture.expected($0) })
                #expect(fake.calls.map(\.texts.count).reduce(0, +) >= 200)
                #expect(fake.calls.allSatisfy { $0.texts.count <= 64 })
                #expect(fake.calls.count <= 6)
            }
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `many callers at once share calls and each gets its own vector`(provider: ProviderUnderTest) async throws {
        try await provider.run({ ProviderDouble($0, latency: .milliseconds(5)) }) { fixture in
            let results = try await withThrowingTaskGroup(of: (Int, EmbeddingResult).self) { group in
                for number in 0..<100 {
                    group.addTask { (number, try await fixture.gateway.embed(["caller \(number % 50)"])) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for (number, result) in results {
                let expected = try await fixture.gateway.embed(["caller \(number % 50)"])
                #expect(result.vectors == expected.vectors)
            }
            if let fake = fixture.fake {
                #expect(fake.calls.flatMap(\.texts).filter { $0.hasPrefix("caller") }.count == 50)
                #expect(fake.mostInFlight <= 4)
                #expect(fake.calls.count < 30)
            }
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `an over-long text is cut and counted`(provider: ProviderUnderTest) async throws {
        try await provider.run(change: { $0["TOKEN_LIMIT"] = "64" }) { fixture in
            let long = String(repeating: "wordy ", count: 3000)
            let result = try await fixture.gateway.embed([long, "short"])
            #expect(result.codes == [nil, nil])
            let truncated = fixture.metrics.counters("texts_truncated_total", "", labels: ["provider"])
            #expect(truncated.labeled(provider.kind.name.rawValue).value == 1)
            if let sent = fixture.fake?.calls.flatMap(\.texts).max(by: { $0.count < $1.count }) {
                #expect(long.hasPrefix(sent) && sent.count < 400 && sent.count > 100)
            }
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `token ids are passed on, decoded, or refused with advice`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            let result = try await fixture.gateway.embed(EmbeddingRequest(inputs: [.tokens([1, 2, 3]), .text("a")]))
            let isDecoded = provider.dialect != nil && ProviderUnderTest.hasVocabulary
            let isTaken = isDecoded || [.openai, .azure].contains(provider.dialect)
            #expect(result.codes == (isTaken ? [nil, nil] : [.tokensUnsupported, nil]))
        }
    }

    @Test(arguments: ProviderUnderTest.available)
    func `sizes the model cannot give are refused`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            await #expect(throws: EmbeddingError(.unsupportedDimensions, "")) {
                try await fixture.gateway.embed(EmbeddingRequest(inputs: [.text("a")], dimensions: 100_000))
            }
        }
    }

    @Test(arguments: ProviderUnderTest.remote)
    func `a size set by the operator is cut and brought to unit length`(provider: ProviderUnderTest) async throws {
        try await provider.run(change: { $0["EMBEDDING_DIMENSIONS"] = "4" }) { fixture in
            let result = try await fixture.gateway.embed(["a"])
            let vector = try #require(result.vectors[0])
            #expect(vector.count == 4 && result.model.dimensions == 4)
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
    }

    @Test(arguments: ProviderUnderTest.all)
    func `a kind is complete`(provider: ProviderUnderTest) {
        let kind = provider.kind
        #expect(kind.isInProcess != (provider.dialect != nil), "a double of every provider's published contract")
        #expect(!kind.defaultModel.isEmpty && ModelCard.named(kind.defaultModel)?.dimensions != nil)
        #expect(!kind.settings.isEmpty)
        // What runs in this process keeps texts inside.
        #expect(!(kind.isInProcess && kind.isOutside))
        for code in EmbeddingError.Code.allCases { #expect(!kind.advice(for: code).isEmpty) }
        // Of what only the operator can mend, at least one setting is named.
        let names = kind.settings.map(\.name) + ["EMBEDDING_MODEL", "EMBEDDING_DIMENSIONS", "settings"]
        for code in [
            EmbeddingError.Code.unknownModel, .wrongAddress, .unauthorized, .misconfigured, .unsupportedDimensions,
        ] {
            #expect(names.contains { kind.advice(for: code).contains($0) }, "\(kind.advice(for: code))")
        }
    }

    @Test func `kinds have names of their own, and so have their settings`() {
        #expect(Set(ProviderKinds.all.map(\.name)).count == ProviderKinds.all.count)
        #expect(Set(ProviderKinds.settings.map(\.name)).count == ProviderKinds.settings.count)
    }
}
