import EmbeddingCore
import EventLoop
import HTTP
import HTTPClient
import JSON
import Logging
import Server
import Synchronization
import Telemetry

/// A server on a port of its own that speaks a provider's published contract, and does wrong what it is told to.
final class ProviderDouble: RequestResponder {
    /// Of each provider by its name. One that speaks as OpenAI does stands in no other line.
    enum Dialect: String, Sendable, CaseIterable {
        case openai, azure, together, ollama, voyage, cohere, gemini

        /// What the base URL has after the server.
        var path: String {
            switch self {
            case .azure, .ollama: ""
            case .cohere: "/v2"
            case .gemini: "/v1beta"
            default: "/v1"
            }
        }

        /// Where embeddings are, with the model `fake`.
        var route: String {
            switch self {
            case .azure: "/openai/deployments/fake/embeddings"
            case .ollama: "/api/embed"
            case .cohere: "/v2/embed"
            case .gemini: "/v1beta/models/fake:batchEmbedContents"
            default: "/v1/embeddings"
            }
        }

        /// Whether answers are OpenAI's, in which vectors have an index.
        var isNumbered: Bool { path == "/v1" || self == .azure }

        /// What the caller is known by.
        func key(in head: HTTPRequestHead) -> String? {
            switch self {
            case .azure: head.header("api-key")
            case .gemini: head.header("x-goog-api-key")
            default: head.header("authorization")
            }
        }
    }

    struct Call: Sendable {
        var texts: [String]
        var body: [String: JSONValue]
        var authorization: String?
        var acceptEncoding: String?
    }

    private struct State {
        /// Taken one by one; when they are used up the fake behaves.
        var misbehaviors: [Misbehavior] = []
        var always: Misbehavior?
        /// What the text `fatal` does to every call it is part of.
        var fatal: Misbehavior?
        /// Texts in a call at most, and how more are refused.
        var most: (texts: Int, status: Int)?
        var calls: [Call] = []
        var inFlight = 0
        var mostInFlight = 0
        var digest = "sha256:one"
        var hasModel = true
        var pulls = 0
    }

    let dialect: Dialect
    let dimensions: Int
    let key: String?
    /// Texts longer than so many characters are refused, as for their tokens.
    let longestText: Int
    private let latency: Duration
    private let state = Mutex(State())

    init(
        _ dialect: Dialect,
        dimensions: Int = 8,
        key: String? = nil,
        longestText: Int = 100_000,
        latency: Duration = .zero
    ) {
        self.dialect = dialect
        self.dimensions = dimensions
        self.key = key
        self.longestText = longestText
        self.latency = latency
    }

    var calls: [Call] { state.withLock { $0.calls } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }
    var pulls: Int { state.withLock { $0.pulls } }

    func misbehave(_ misbehaviors: Misbehavior...) { state.withLock { $0.misbehaviors += misbehaviors } }

    func alwaysMisbehave(_ misbehavior: Misbehavior?) { state.withLock { $0.always = misbehavior } }

    func failAtFatalText(_ misbehavior: Misbehavior) { state.withLock { $0.fatal = misbehavior } }

    func refuseMore(than texts: Int, status: Int) { state.withLock { $0.most = (texts, status) } }

    func setDigest(_ digest: String) { state.withLock { $0.digest = digest } }

    func removeModel() { state.withLock { $0.hasModel = false } }

    /// Serves while `body` runs.
    func serve<Value>(_ body: (_ url: String) async throws -> Value) async throws -> Value {
        let loop = try EventLoop()
        defer { loop.end() }
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0),
            loops: [loop],
            responder: self,
            metrics: MetricsRegistry(),
            logger: Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try await server.start()
        do {
            let value = try await body("http://127.0.0.1:\(port)" + dialect.path)
            await server.shutdown(grace: .zero)
            return value
        } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
    }

    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { .collect(limit: 16 << 20) }

    func answer(to request: HTTPRequest) -> HTTPAnswer { .later { await self.respond(to: request) } }

    private func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard case .bytes(let bytes) = request.body else { return HTTPResponse(.badRequest) }
        let body = (try? JSONValue(bytes))?.object?.dictionary ?? [:]
        if request.head.rawPath == dialect.route { return await embed(body, request.head) }
        switch (dialect, request.head.rawPath) {
        case (.ollama, "/api/tags"): return tags()
        case (.ollama, "/api/show"):
            return json(#"{"model_info":{"bert.embedding_length":\#(dimensions),"bert.context_length":512}}"#)
        case (.ollama, "/api/pull"):
            state.withLock { state in
                state.pulls += 1
                state.hasModel = true
            }
            return json(#"{"status":"success"}"#)
        default: return json(#"{"error":"no such route"}"#, status: 404)
        }
    }

    private func tags() -> HTTPResponse {
        let (digest, hasModel) = state.withLock { ($0.digest, $0.hasModel) }
        return json(
            #"{"models":[\#(hasModel ? #"{"name":"fake:latest","model":"fake:latest","digest":"\#(digest)"}"# : "")]}"#
        )
    }

    private func embed(_ body: [String: JSONValue], _ head: HTTPRequestHead) async -> HTTPResponse {
        let authorization = dialect.key(in: head)
        let inputs = body["requests"]?.array ?? body["texts"]?.array ?? body["input"]?.array ?? []
        let texts = inputs.map { $0["content"]?["parts"]?.array?.first?["text"] ?? $0 }.map {
            $0.string ?? "tokens:\($0.array?.compactMap(\.integer) ?? [])"
        }
        let misbehavior = state.withLock { state -> Misbehavior? in
            state.calls.append(
                Call(
                    texts: texts,
                    body: body,
                    authorization: authorization,
                    acceptEncoding: head.header("accept-encoding")
                )
            )
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
            return state.misbehaviors.isEmpty ? state.always : state.misbehaviors.removeFirst()
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        if latency > .zero { try? await Task.sleep(for: latency) }
        if let key, authorization?.hasSuffix(key) != true { return refusal("Incorrect API key", status: 401) }
        if let refusal = refusal(texts) { return refusal }
        if let most = state.withLock({ $0.most }), texts.count > most.texts {
            return refusal("too many inputs", status: most.status)
        }
        if texts.contains("fatal"), let fatal = state.withLock({ $0.fatal }) {
            return answer(texts, wantsBase64: false, fatal)
        }
        return answer(texts, wantsBase64: body["encoding_format"]?.string == "base64", misbehavior)
    }

    private func refusal(_ texts: [String]) -> HTTPResponse? {
        guard texts.contains(where: { $0.isEmpty || $0 == "poison" || $0.count > longestText }) else { return nil }
        return refusal("invalid input", status: 400)
    }

    /// In the provider's own form.
    private func refusal(_ words: String, status: Int) -> HTTPResponse {
        switch dialect {
        case .ollama: json(#"{"error":"\#(words)"}"#, status: status)
        case .voyage: json(#"{"detail":"\#(words)"}"#, status: status)
        case .cohere: json(#"{"id":"x","message":"\#(words)"}"#, status: status)
        case .gemini:
            json(#"{"error":{"code":\#(status),"message":"\#(words)","status":"X"}}"#, status: status)
        default:
            json(#"{"error":{"message":"\#(words)","type":"x","param":null,"code":null}}"#, status: status)
        }
    }

    private func answer(_ texts: [String], wantsBase64: Bool, _ misbehavior: Misbehavior?) -> HTTPResponse {
        var vectors = texts.map { text -> String in
            if case .badVector(let vector) = misbehavior, text == "bad" { return vector }
            return self.vector(text, asBase64: wantsBase64 && dialect.isNumbered && dialect != .together)
        }
        var indices = Array(texts.indices)
        switch misbehavior {
        case .status(let code, let headers, let body):
            var response = json(body, status: code)
            for (name, value) in headers { response.headers.append(name, value) }
            return response
        case .reset: return HTTPResponse(.ok, body: .stream { _ in throw CancellationError() })
        case .garbage: return HTTPResponse(.ok, contentType: "application/json", (0..<500).map { UInt8($0 % 256) })
        case .notJSON: return HTTPResponse(.ok, contentType: "text/html", Array("<html>hello</html>".utf8))
        case .emptyAnswer: return json("{}")
        case .tooFew:
            vectors.removeLast()
            indices.removeLast()
        case .tooMany:
            vectors.append(vectors[0])
            indices.append(indices.count)
        case .sameIndexTwice: indices = indices.map { _ in 0 }
        case .shuffled:
            vectors.reverse()
            indices.reverse()
        case .halfAnswer, .usageMissing, .badVector, nil: break
        }
        let text = render(vectors, indices, withUsage: misbehavior != .usageMissing)
        guard misbehavior == .halfAnswer else { return json(text) }
        let half = Array(Array(text.utf8).prefix(text.utf8.count / 2))
        return HTTPResponse(
            .ok,
            body: .stream { writer in
                try await writer.write(half)
                throw CancellationError()
            }
        )
    }

    private func render(_ vectors: [String], _ indices: [Int], withUsage: Bool) -> String {
        if dialect == .ollama {
            let usage = withUsage ? #","total_duration":12,"prompt_eval_count":\#(vectors.count * 3)"# : ""
            return #"{"model":"fake","embeddings":[\#(vectors.joined(separator: ","))]\#(usage)}"#
        }
        if dialect == .gemini {
            return #"{"embeddings":[\#(vectors.map { #"{"values":\#($0)}"# }.joined(separator: ","))]}"#
        }
        if dialect == .cohere {
            let meta = withUsage ? #","meta":{"billed_units":{"input_tokens":\#(vectors.count * 3)}}"# : ""
            return #"{"id":"x","embeddings":{"float":[\#(vectors.joined(separator: ","))]}\#(meta)}"#
        }
        let data = zip(vectors, indices).map { #"{"object":"embedding","index":\#($1),"embedding":\#($0)}"# }
        let count = vectors.count * 3
        let prompt = dialect == .voyage ? "" : #""prompt_tokens":\#(count),"#
        let usage = withUsage ? #","usage":{\#(prompt)"total_tokens":\#(count)}"# : ""
        return #"{"object":"list","data":[\#(data.joined(separator: ","))],"model":"fake"\#(usage)}"#
    }

    private func vector(_ text: String, asBase64: Bool) -> String {
        let floats = ScriptedProvider.vector(for: .text(text), dimensions: dimensions)
        return String(decoding: JSONWriter.write { asBase64 ? $0.base64(floats) : $0.vector(floats) }, as: UTF8.self)
    }

    private func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(HTTPStatus(status), contentType: "application/json", Array(text.utf8))
    }
}
