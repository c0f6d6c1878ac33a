import EmbeddingCore
import HTTPClient
import Testing

@testable import Providers

/// What names the model, and how its change is noticed.
struct IdentityTests {
    @Test func `a model changed behind its name is noticed while running, and its vectors are not mixed`() async throws
    {
        let time = ManualTime()
        let provider = ScriptedProvider()
        let gateway = try EmbeddingGateway.test(provider, time: time)
        let before = try await gateway.embed(["a"])
        let changed = EmbeddingModel(provider: "openai", name: "scripted", dimensions: 4, revision: "two")
        provider.become(changed)
        #expect(try await gateway.embed(["a"]).model == before.model)
        time.advance(by: ProviderPool.identityLifetime + .seconds(1))
        // The look-up continues behind the callers' backs.
        while try await gateway.model() != changed { await Task.yield() }
        #expect(gateway.cached(EmbeddingRequest(inputs: [.text("a")])) == nil)
        #expect(try await gateway.embed(["a"]).model == changed)
        #expect(provider.received.count == 2)
    }

    @Test func `a pulled Ollama model is another model`() async throws {
        let fake = ProviderDouble(.ollama)
        try await fake.serve { url in
            let provider = OllamaProvider(
                model: "fake",
                endpoint: ProviderEndpoint(baseURL: url, transport: HTTPClient())
            )
            let first = try await provider.model()
            #expect(first.revision == "sha256:one" && first.dimensions == fake.dimensions)
            #expect(try await provider.model() == first)
            fake.setDigest("sha256:two")
            #expect(try await provider.model().revision == "sha256:two")
        }
    }
}
