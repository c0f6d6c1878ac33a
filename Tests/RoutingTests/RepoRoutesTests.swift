import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct RepoRoutesTests {
    private let services = StubServices()

    private func pointers(_ answer: Answer) throws -> [String] {
        guard case .array(let errors) = try answer.json["errors"] else { return [] }
        return errors.compactMap { $0["pointer"]?.string }
    }

    @Test func `one repo is taken with all its fields`() async throws {
        let answer = try await services.api().ask(
            .post,
            "/repos",
            #"{"full_name":"a/b","name":"b","owner":{"login":"A","avatar_url":"x"},"description":null,"language":"Swift","#
                + #""stars":5,"url":"https://github.com/a/b","topics":["t"],"is_private":true,"#
                + #""updated_at":"2026-07-14T19:25:58Z","github_id":3579090068}"#
        )
        #expect(answer.status == 202)
        #expect(answer.text == #"{"created":1,"changed":0,"unchanged":0}"#)
        var expected = RepoUpdate(fullName: "a/b")
        expected.owner = "A"
        expected.description = .some(nil)
        expected.language = "Swift"
        expected.stars = 5
        expected.url = "https://github.com/a/b"
        expected.topics = ["t"]
        expected.isPrivate = true
        expected.updatedAt = "2026-07-14T19:25:58Z"
        expected.githubID = 3_579_090_068
        #expect(services.repos.state.withLock(\.upserted) == [expected])
        #expect(services.pipeline.calls.withLock { $0 } == ["wake"])
    }

    @Test func `an absent field is kept`() async throws {
        _ = try await services.api().ask(.post, "/repos", #"[{"full_name":"a/b"},{"full_name":"c/d","stars":1.0}]"#)
        let updates = services.repos.state.withLock(\.upserted)
        #expect(updates[0] == RepoUpdate(fullName: "a/b"))
        #expect(updates[1].stars == 1)
    }

    @Test(arguments: [
        ("{}", ["#/full_name"]), (#"{"full_name":"ab"}"#, ["#/full_name"]),
        (#"{"full_name":"a/b c"}"#, ["#/full_name"]),
        (#"{"full_name":1}"#, ["#/full_name"]), (#"{"full_name":"a/b""#, ["#"]), (#"[{"full_name":"a/b"}"#, ["#/1"]),
        (#"[{"full_name":"a/b"},{"full_name":"?"},3]"#, ["#/1/full_name", "#/2"]),
        ("3", ["#"]),
    ])
    func `every fault has its pointer`(body: String, expected: [String]) async throws {
        let answer = try await services.api().ask(.post, "/repos", body)
        #expect(answer.status == 400)
        #expect(try pointers(answer) == expected)
        #expect(services.repos.state.withLock(\.upserted).isEmpty)
    }

    @Test func `what is not understood is absent, and keeps what is stored`() async throws {
        let answer = try await services.api().ask(
            .post,
            "/repos",
            #"{"full_name":"a/b","stars":-1,"is_private":"yes","url":"ftp://a","topics":"t","description":7,"more":1}"#
        )
        #expect(answer.status == 202)
        #expect(services.repos.state.withLock(\.upserted) == [RepoUpdate(fullName: "a/b")])
    }

    @Test func `what GitHub's interfaces give is taken`() async throws {
        let bodies = [
            #"{"total_count":1,"items":[{"id":7,"full_name":"a/b","stargazers_count":5}]}"#,
            #"[{"starred_at":"2026-01-01T00:00:00Z","repo":{"id":7,"full_name":"a/b","stargazers_count":5}}]"#,
            #"[{"nameWithOwner":"a/b","databaseId":7,"stargazerCount":5}]"#,
        ]
        var expected = RepoUpdate(fullName: "a/b")
        expected.githubID = 7
        expected.stars = 5
        let api = services.api()
        for body in bodies { #expect(try await api.ask(.post, "/repos", body).status == 202, "\(body)") }
        #expect(services.repos.state.withLock(\.upserted) == [expected, expected, expected])
    }

    @Test func `an array has its bounds`() async throws {
        let api = services.api()
        let array = { (count: Int) in
            "[" + (0..<count).map { #"{"full_name":"a/b\#($0)"}"# }.joined(separator: ",") + "]"
        }
        #expect(try await api.ask(.post, "/repos", "[]").status == 400)
        #expect(try await api.ask(.post, "/repos", array(1000)).status == 202)
        #expect(try await api.ask(.post, "/repos", array(1001)).status == 400)
    }

    private func stream(_ pieces: [String]) -> HTTPRequest {
        let rest = Mutex(pieces)
        return HTTPRequest(
            head: HTTPRequestHead(.post, "/repos", headers: ["Content-Type": "application/x-ndjson"]),
            body: .stream(
                HTTPBodyStream { rest.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) } }
            )
        )
    }

    @Test func `lines are taken as they come and bad ones reported`() async throws {
        let api = services.api()
        let request = stream([
            "{\"full_name\":\"a/", "b\"}\n\n{\"full_name\":3}\r\nnot json\n", "{\"full_name\":\"c/d\"}",
        ])
        #expect(api.exchange(request.head)?.bodyPolicy == .stream(limit: nil))
        let answer = try await api.ask(request)
        #expect(answer.status == 202)
        let json = try answer.json
        #expect(json["created"] == .integer(2))
        #expect(json["rejected"] == .integer(2))
        guard case .array(let errors) = json["errors"] else { throw APIError.unexpected }
        #expect(errors.map { $0["line"] } == [.integer(3), .integer(4)])
    }

    @Test func `many lines are written in portions`() async throws {
        let lines = (0..<1200).map { "{\"full_name\":\"a/b\($0)\"}\n" }
        #expect(try await services.api().ask(stream(lines)).status == 202)
        #expect(services.repos.state.withLock(\.portions) == [500, 500, 200])
    }

    @Test(arguments: [[], ["\n\n"], ["nonsense\n"]])
    func `lines without a repo are 400`(pieces: [String]) async throws {
        #expect(try await services.api().ask(stream(pieces)).status == 400)
    }

    @Test func `an endless line is dropped, not kept`() async throws {
        let piece = String(repeating: "x", count: 300_000)
        let answer = try await services.api().ask(
            stream(Array(repeating: piece, count: 9) + ["\n{\"full_name\":\"a/b\"}"])
        )
        #expect(try answer.json["rejected"] == .integer(1))
        #expect(try answer.json["created"] == .integer(1))
    }

    @Test func `a repo is told with the state of its embedding`() async throws {
        services.repos.state.withLock {
            $0.repos["a/b"] = StoredRepo(
                repo: Repo(fullName: "a/b", description: "d\n", stars: 3, topics: ["x"]),
                state: .failed,
                attempts: 5,
                lastError: "too odd"
            )
        }
        let answer = try await services.api().ask(.get, "/repos/a/b")
        #expect(
            answer.text
                == #"{"full_name":"a/b","owner":{"login":"a"},"description":"d\n","language":null,"stars":3,"url":null,"#
                + #""topics":["x"],"is_private":false,"is_archived":false,"is_fork":false,"updated_at":null,"embedding":{"state":"failed","#
                + #""model":null,"generated_at":null,"attempts":5,"last_error":"too odd"}}"#
        )
    }

    @Test func `a deleted repo is gone`() async throws {
        services.repos.state.withLock { $0.repos["a/b"] = StoredRepo(repo: Repo(fullName: "a/b"), state: .pending) }
        let api = services.api()
        let answer = try await api.ask(.delete, "/repos/a/b")
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(try await api.ask(.delete, "/repos/a/b").status == 404)
    }
}

@Suite struct ReprocessRoutesTests {
    private let services = StubServices()

    init() {
        services.repos.state.withLock {
            $0.repos["a/b"] = StoredRepo(repo: Repo(fullName: "a/b"), state: .embedded)
            $0.repos["a/c"] = StoredRepo(repo: Repo(fullName: "a/c"), state: .pending)
        }
    }

    @Test(arguments: [("", "a/b false"), ("?force=true", "a/b true"), ("?force=false", "a/b false")])
    func `one repo is made due`(query: String, expected: String) async throws {
        let answer = try await services.api().ask(.post, "/repos/a/b/reprocess\(query)")
        #expect(answer.status == 202)
        #expect(answer.text == #"{"enqueued":1}"#)
        #expect(services.repos.state.withLock(\.reprocessed) == [expected])
        #expect(services.pipeline.calls.withLock { $0 } == ["wake"])
    }

    @Test func `waiting answers with the repo when it is done`() async throws {
        let answer = try await services.api().ask(.post, "/repos/a/b/reprocess?wait=30")
        #expect(answer.status == 200)
        #expect(try answer.json["embedding"]?["state"] == .string("embedded"))
    }

    @Test func `waiting ends in 202 when it takes too long`() async throws {
        #expect(try await services.api().ask(.post, "/repos/a/c/reprocess?wait=1").status == 202)
    }

    @Test(arguments: [
        ("?wait=31", 400), ("?wait=x", 400), ("?force=1", 400), ("?other=1", 400), ("?wait=1&wait=2", 400),
        ("?wait=-1", 400),
    ])
    func `its parameters are checked`(query: String, status: Int) async throws {
        #expect(try await services.api().ask(.post, "/repos/a/b/reprocess\(query)").status == status)
    }

    @Test func `an unknown repo is 404`() async throws {
        #expect(try await services.api().ask(.post, "/repos/x/y/reprocess").status == 404)
    }

    @Test func `many are made due by scope`() async throws {
        let answer = try await services.api()
            .ask(.post, "/reprocess", #"{"scope":"stale","owner":"a","language":"Swift","force":true}"#)
        #expect(answer.status == 202)
        #expect(answer.text == #"{"enqueued":7}"#)
        #expect(
            services.repos.state.withLock(\.scopes) == [
                ReprocessScope(.stale, owner: "a", language: "Swift", force: true)
            ]
        )
    }

    @Test(arguments: ["{}", #"{"scope":"some"}"#, #"{"scope":"all","x":1}"#, #"{"scope":"all","force":1}"#, "[]"])
    func `a wrong scope is 400`(body: String) async throws {
        #expect(try await services.api().ask(.post, "/reprocess", body).status == 400)
    }

    @Test func `an idempotency key is honoured`() async throws {
        let api = services.api()
        let headers: HTTPHeaders = ["Idempotency-Key": "k1"]
        let first = try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers)
        let second = try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers)
        #expect(first.text == second.text)
        #expect(services.repos.state.withLock(\.scopes).count == 1)
        #expect(try await api.ask(.post, "/reprocess", #"{"scope":"failed"}"#, headers: headers).status == 422)
        #expect(
            try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: ["Idempotency-Key": "a b"]).status
                == 400
        )
    }

    @Test func `the same key in flight is 409`() async throws {
        let api = services.api()
        let (opened, opener) = AsyncStream<Void>.makeStream()
        let (arrivals, reached) = AsyncStream<Void>.makeStream()
        services.repos.state.withLock { $0.gate = (reached, opened) }
        let headers: HTTPHeaders = ["Idempotency-Key": "k1"]
        async let first = api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers)
        for await _ in arrivals { break }
        #expect(try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers).status == 409)
        opener.finish()
        #expect(try await first.status == 202)
    }

    @Test func `a failed request may be repeated under its key`() async throws {
        let api = services.api()
        let headers: HTTPHeaders = ["Idempotency-Key": "k1"]
        services.repos.state.withLock { $0.failure = StoreError(.unavailable, "") }
        #expect(try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers).status == 503)
        services.repos.state.withLock { $0.failure = nil }
        #expect(try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers).status == 202)
    }

    @Test func `keys of different callers are different, and the same in every replica`() async throws {
        func ask(_ key: String, _ keys: [String]) async throws -> Int {
            let api = services.api { $0.keys.all = keys }
            let headers: HTTPHeaders = ["Idempotency-Key": "k1", "Authorization": "Bearer \(key)"]
            return try await api.ask(.post, "/reprocess", #"{"scope":"all"}"#, headers: headers).status
        }
        #expect(try await ask("one", ["one", "two"]) == 202)
        #expect(try await ask("one", ["two", "one"]) == 202)
        #expect(services.repos.state.withLock(\.scopes).count == 1)
        #expect(try await ask("two", ["two", "one"]) == 202)
        #expect(services.repos.state.withLock(\.scopes).count == 2)
    }

    @Test func `a private repo is shown to those alone who may see private ones`() async throws {
        let repo = Repo(fullName: "a/secret", description: "hidden", isPrivate: true)
        services.repos.state.withLock {
            $0.repos["a/secret"] = StoredRepo(repo: repo, state: .failed, lastError: "bad")
            $0.failures = [DeadLetter(label: "a/secret", attempts: 1, error: "bad", failedAt: "2026-01-01")]
        }
        let api = services.api {
            $0.keys.all = ["ordinary", "trusted"]
            $0.keys.privateSearch = ["trusted"]
        }
        for (key, status) in [("ordinary", 404), ("trusted", 200)] {
            let headers: HTTPHeaders = ["Authorization": "Bearer \(key)"]
            #expect(try await api.ask(.get, "/repos/a/secret", headers: headers).status == status)
            let waited = try await api.ask(.post, "/repos/a/secret/reprocess?wait=1", headers: headers)
            #expect(waited.text.contains("hidden") == (status == 200))
            let failures = try await api.ask(.get, "/pipeline/failures", headers: headers)
            #expect(failures.text.contains("a/secret") == (status == 200))
        }
        #expect(try await services.api().ask(.get, "/repos/a/secret").status == 404)
    }

    @Test func `a private repo is not there for those who may not see it`() async throws {
        let stored = StoredRepo(repo: Repo(fullName: "a/secret", isPrivate: true), state: .embedded)
        services.repos.state.withLock { $0.repos["a/secret"] = stored }
        let api = services.api {
            $0.keys = APIKeys(all: ["ordinary", "trusted"], privateSearch: ["trusted"])
        }
        func ask(_ method: HTTPMethod, _ path: String, _ key: String, _ body: String = "") async throws -> Answer {
            try await api.ask(method, path, body, headers: ["Authorization": "Bearer \(key)"])
        }
        let body = #"{"full_name":"a/secret","is_private":false}"#
        for path in ["secret", "none"] {
            #expect(try await ask(.post, "/repos/a/\(path)/reprocess", "ordinary").status == 404)
            #expect(try await ask(.delete, "/repos/a/\(path)", "ordinary").status == 404)
        }
        #expect(try await ask(.post, "/repos", "ordinary", body).text == #"{"created":1,"changed":0,"unchanged":0}"#)
        #expect(services.repos.state.withLock { $0.repos["a/secret"] == stored && $0.upserted.isEmpty })
        #expect(try await ask(.post, "/repos/a/secret/reprocess", "trusted").status == 202)
        #expect(try await ask(.post, "/repos", "trusted", body).status == 202)
        #expect(services.repos.state.withLock(\.upserted).count == 1)
        #expect(try await ask(.delete, "/repos/a/secret", "trusted").status == 204)
    }
}
