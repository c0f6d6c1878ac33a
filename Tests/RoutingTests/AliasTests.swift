import EmbeddingCore
import HTTP
import JSON
import Telemetry
import Testing

@testable import Routing

@Suite struct AliasTests {
    private let services = StubServices()

    @Test(arguments: [
        "/embeddings", "/embeddings/", "/v1/embeddings/", "/v1/v1/embeddings", "/openai/v1/embeddings",
        "/openai/deployments/stub-model/embeddings?api-version=2024-10-21",
        "/openai/deployments/stub-model/embeddings/?api-version=2024-10-21",
    ])
    func `OpenAI's embeddings are found under other paths`(path: String) async throws {
        let answer = try await services.api().ask(.post, path, #"{"input":"a"}"#)
        #expect(answer.status == 200)
        #expect(try answer.json["data"] != nil)
        let family = services.metrics.counters("http_requests_total", "", labels: ["route", "method", "status"])
        #expect(family.labeled("/v1/embeddings", "POST", "200").value == 1)
        #expect(try await services.api().ask(.get, path).status == 405)
    }

    @Test func `a deployment of Azure's is the model`() async throws {
        let answer = try await services.api().ask(.post, "/openai/deployments/other/embeddings", #"{"input":"a"}"#)
        #expect(answer.status == 404)
        #expect(try answer.json["error"]?["code"] == .string("model_not_found"))
    }

    @Test(arguments: ["/", "/embed/"])
    func `TEI's root embeds`(path: String) async throws {
        let answer = try await services.api().ask(.post, path, #"{"inputs":"a"}"#)
        #expect(answer.text.hasPrefix("[["))
        #expect(try await services.api().ask(.get, "/").headers["Content-Type"]?.hasPrefix("text/html") == true)
    }

    @Test func `a slash at the end is no other route`() async throws {
        let api = services.api()
        for template in Set(api.endpoints.map(\.template)) where template != "/" && !template.hasSuffix("...}") {
            let path = template.replacing("{owner}", with: "apple").replacing("{name}", with: "swift")
            let plain = try await api.ask(.options, path)
            let slashed = try await api.ask(.options, path + "/")
            // Links of the page's views are relative.
            let isView = PageRoutes.views.contains(path)
            #expect((plain.status, slashed.status) == (204, isView ? 404 : 204), "\(path)")
            #expect(isView || slashed.headers["Allow"] == plain.headers["Allow"])
        }
    }

    @Test func `other names of probes and lists`() async throws {
        for path in ["/healthz", "/ping"] { #expect(try await services.api().ask(.get, path).text == "ok") }
        #expect(try await services.api().ask(.get, "/api/ps").json["models"] != nil)
        #expect(try await services.api { $0.serving = .service }.ask(.get, "/healthz").status == 404)
        #expect(try await services.api { $0.serving = .monitoring }.ask(.post, "/", "{}").status == 404)
    }

    @Test(
        arguments: [
            (nil, 200), ("stub-model", 200), ("STUB-model", 200), ("builtin/stub-model", 200),
            ("stub-model:latest", 200),
            ("ada-002", 200), ("Ada-002", 200), ("short", 200), ("elsewhere", 404), ("other", 404),
        ] as [(String?, Int)]
    )
    func `the model answers to its names`(name: String?, status: Int) async throws {
        let api = services.api { $0.modelAliases = ["ada-002=stub-model", "short", "elsewhere=another-model"] }
        let model = name.map { #","model":"\#($0)""# } ?? ""
        let answer = try await api.ask(.post, "/v1/embeddings", #"{"input":"a"\#(model)}"#)
        #expect(answer.status == status)
        if status == 200 { #expect(try answer.json["model"]?.string == name ?? "stub-model") }
    }

    @Test func `aliases are listed`() async throws {
        let api = services.api { $0.modelAliases = ["ada-002=stub-model", "*"] }
        guard case .array(let models) = try await api.ask(.get, "/v1/models").json["data"] else {
            throw APIError.unexpected
        }
        #expect(models.map { $0["id"]?.string } == ["stub-model", "ada-002"])
        guard case .array(let tags) = try await api.ask(.get, "/api/tags").json["models"] else {
            throw APIError.unexpected
        }
        #expect(tags.map { $0["name"]?.string } == ["stub-model", "ada-002"])
        #expect(try await api.ask(.get, "/v1/models/anything").status == 200)
    }

    @Test(
        arguments: [
            ("ada=model", true), ("ada", true), ("*", true), ("=model", false), ("ada=", false), ("ada= ", false),
        ]
    )
    func `half an alias is none`(text: String, isAlias: Bool) {
        #expect(ModelNames.isAlias(text) == isAlias)
    }

    @Test(arguments: ["all-minilm", "ALL-MINILM:latest", "sentence-transformers/all-MiniLM-L6-v2", "all-minilm:22m"])
    func `a model answers to its names elsewhere`(name: String) {
        let model = EmbeddingModel(provider: "stub", name: "all-MiniLM-L6-v2", dimensions: 384, revision: "r")
        let names = ["sentence-transformers/all-MiniLM-L6-v2", "all-minilm", "all-minilm:22m"]
        #expect(ModelNames(aliases: [], elsewhere: ["all-minilm-l6-v2": names]).matches(name, model))
        #expect(!ModelNames(aliases: []).matches("all-minilm", model))
        let owned = EmbeddingModel(provider: "stub", name: "sentence-transformers/all-MiniLM-L6-v2", dimensions: 384)
        #expect(ModelNames(aliases: [], elsewhere: ["all-minilm-l6-v2": names]).matches(name, owned))
    }
}
