import Crypto
import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct WebhookRoutesTests {
    private let services = StubServices()
    private let secret = "It's a Secret to Everybody"

    private func sign(_ body: [UInt8], with secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func deliver(
        _ api: API,
        _ event: String,
        _ body: String,
        id: String = "d1",
        type: String = "application/json",
        signature: String? = nil
    ) async throws -> Answer {
        try await api.ask(
            .post,
            "/webhooks/github",
            body,
            headers: [
                "Content-Type": type, "X-GitHub-Event": event, "X-GitHub-Delivery": id,
                "X-Hub-Signature-256": signature ?? sign(Array(body.utf8), with: secret),
            ]
        )
    }

    private var api: API { services.api { $0.webhookSecrets = { [secret] } } }

    private func repository(_ name: String = "octo/hello", _ extra: String = "") -> String {
        #"{"id":35129377,"name":"hello","full_name":"\#(name)","private":false,"owner":{"login":"octo","id":1,"type":"User"},"#
            + #""html_url":"https://github.com/\#(name)","description":"says hello","fork":false,"#
            + #""url":"https://api.github.com/repos/\#(name)","updated_at":"2026-05-05T23:40:12Z","stargazers_count":7,"#
            + #""language":"Swift","topics":["greeting"]\#(extra)}"#
    }

    private var upserted: [RepoUpdate] { services.repos.state.withLock(\.upserted) }

    @Test func `without a secret it is 403`() async throws {
        #expect(try await deliver(services.api(), "ping", "{}").status == 403)
    }

    @Test(arguments: [
        "", "sha256=", "sha256=00", "sha1=abc", "sha256=" + String(repeating: "0", count: 64),
        "sha256=" + String(repeating: "x", count: 64),
    ])
    func `a wrong signature is 401`(signature: String) async throws {
        #expect(try await deliver(api, "ping", "{}", signature: signature).status == 401)
        #expect(try await deliver(api, "ping", "{}", signature: sign(Array("{}".utf8), with: "other")).status == 401)
    }

    @Test func `GitHub's own example of a signature is right`() async throws {
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        // Past the signature, the text is refused as no JSON.
        #expect(try await deliver(api, "ping", "Hello, World!", signature: signature).status == 400)
    }

    @Test func `while a secret is changed, both are taken`() async throws {
        let api = services.api { $0.webhookSecrets = { ["the next one", secret] } }
        for secret in [secret, "the next one"] {
            #expect(try await deliver(api, "ping", "{}", signature: sign(Array("{}".utf8), with: secret)).status == 200)
        }
        #expect(try await deliver(api, "ping", "{}", signature: sign(Array("{}".utf8), with: "other")).status == 401)
    }

    @Test func `a ping is answered`() async throws {
        let answer = try await deliver(api, "ping", #"{"zen":"Keep it logically awesome."}"#)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"result":"pong"}"#)
    }

    @Test(
        arguments: [
            ("star", "created"), ("star", "deleted"), ("watch", "started"), ("repository", "created"),
            ("repository", "edited"),
            ("repository", "archived"), ("push", nil), ("public", nil),
        ] as [(String, String?)]
    )
    func `events with a repository upsert it`(event: String, action: String?) async throws {
        let start = action.map { "\"action\":\"\($0)\"," } ?? ""
        let answer = try await deliver(
            api,
            event,
            "{\(start)\"repository\":\(repository()),\"sender\":{\"login\":\"x\"}}"
        )
        #expect(answer.status == 202)
        var expected = RepoUpdate(fullName: "octo/hello")
        expected.owner = "octo"
        expected.description = "says hello"
        expected.language = "Swift"
        expected.stars = 7
        expected.url = "https://github.com/octo/hello"
        expected.topics = ["greeting"]
        expected.isPrivate = false
        expected.isFork = false
        expected.updatedAt = "2026-05-05T23:40:12Z"
        expected.githubID = 35_129_377
        #expect(upserted == [expected])
        #expect(services.pipeline.calls.withLock { $0 } == ["wake"])
    }

    @Test func `a form carries the same payload`() async throws {
        let json = "{\"action\":\"started\",\"repository\":\(repository("octo/hello", ",\"note\":\"a+b &=%\""))}"
        let encoded = json.utf8.map { byte -> String in
            byte == 0x20 ? "+" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        let answer = try await deliver(
            api,
            "watch",
            "x=1&payload=\(encoded)",
            type: "application/x-www-form-urlencoded"
        )
        #expect(answer.status == 202)
        #expect(upserted.first?.description == "says hello")
    }

    @Test func `a deleted repo is deleted`() async throws {
        services.repos.state.withLock {
            $0.repos["octo/hello"] = StoredRepo(repo: Repo(fullName: "octo/hello"), state: .embedded)
        }
        let answer = try await deliver(api, "repository", "{\"action\":\"deleted\",\"repository\":\(repository())}")
        #expect(answer.text == #"{"result":"deleted"}"#)
        #expect(upserted.isEmpty)
        #expect(services.repos.state.withLock(\.repos).isEmpty)
    }

    @Test(arguments: [("privatized", true), ("publicized", false)])
    func `visibility changes are taken over`(action: String, expected: Bool) async throws {
        _ = try await deliver(api, "repository", "{\"action\":\"\(action)\",\"repository\":\(repository())}")
        #expect(upserted.map(\.isPrivate) == [expected])
    }

    @Test(arguments: [
        ("renamed", #"{"repository":{"name":{"from":"old"}}}"#, "octo/old"),
        ("transferred", #"{"owner":{"from":{"user":{"login":"former"}}}}"#, "former/hello"),
        ("transferred", #"{"owner":{"from":{"organization":{"login":"org"}}}}"#, "org/hello"),
        ("transferred", #"{"owner":{"from":{"user":null,"organization":{"login":"org"}}}}"#, "org/hello"),
    ])
    func `a repo that moves keeps its row`(action: String, changes: String, expected: String) async throws {
        let body = "{\"action\":\"\(action)\",\"changes\":\(changes),\"repository\":\(repository())}"
        #expect(try await deliver(api, "repository", body).status == 202)
        #expect(upserted.map(\.formerName) == [expected])
        #expect(upserted.map(\.fullName) == ["octo/hello"])
    }

    @Test func `a renamed organization takes its repos along`() async throws {
        let body = #"{"action":"renamed","changes":{"login":{"from":"old"}},"organization":{"login":"new","id":3}}"#
        #expect(try await deliver(api, "organization", body).text == #"{"result":"renamed 2 repos"}"#)
        #expect(services.repos.state.withLock(\.renamed) == ["old → new"])
        let other = try await deliver(api, "organization", #"{"action":"member_added"}"#, id: "d2")
        #expect(try other.json["result"]?.string?.hasPrefix("ignored") == true)
    }

    @Test func `other events are ignored with the reason`() async throws {
        let answer = try await deliver(api, "issues", "{}")
        #expect(answer.status == 202)
        #expect(try answer.json["result"]?.string?.hasPrefix("ignored") == true)
    }

    @Test func `a delivery has its effect once`() async throws {
        let api = api
        let body = "{\"action\":\"started\",\"repository\":\(repository())}"
        #expect(try await deliver(api, "watch", body).status == 202)
        #expect(try await deliver(api, "watch", body).status == 200)
        #expect(upserted.count == 1)
        #expect(try await deliver(api, "watch", body, id: "d2").status == 202)
        #expect(upserted.count == 2)
    }

    @Test func `a failed delivery may be repeated`() async throws {
        let api = api
        let body = "{\"repository\":\(repository())}"
        services.repos.state.withLock { $0.failure = StoreError(.unavailable, "") }
        #expect(try await deliver(api, "push", body).status == 503)
        services.repos.state.withLock { $0.failure = nil }
        #expect(try await deliver(api, "push", body).status == 202)
    }

    @Test func `a delivery that another replica handled has no second effect`() async throws {
        let body = "{\"action\":\"started\",\"repository\":\(repository())}"
        #expect(try await deliver(api, "watch", body).status == 202)
        #expect(try await deliver(api, "watch", body).status == 200)
        #expect(upserted.count == 1)
        #expect(services.idempotency.retentions.withLock { $0["github:d1"] ?? .zero } >= .seconds(3 * 86_400))
    }

    @Test func `a delivery that is being handled is 409`() async throws {
        let record = IdempotencyRecord(payload: SHA256.hexadecimal(of: []))
        services.idempotency.records.withLock { $0["github:d1"] = record }
        #expect(try await deliver(api, "push", "{\"repository\":\(repository())}").status == 409)
        #expect(upserted.isEmpty)
    }

    @Test(arguments: ["{", "[]", "{}", #"{"repository":{"full_name":"nope"}}"#, #"{"repository":3}"#])
    func `a payload that is none is 400`(body: String) async throws {
        #expect(try await deliver(api, "push", body).status == 400)
    }

    @Test func `the payload may be large`() {
        let signature = sign([], with: secret)
        let head = HTTPRequestHead(.post, "/webhooks/github", headers: ["X-Hub-Signature-256": signature])
        #expect(api.exchange(head)?.bodyPolicy == .collect(limit: 25 << 20))
    }
}
