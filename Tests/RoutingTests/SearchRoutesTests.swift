import DateTime
import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct SearchRoutesTests {
    private let services = StubServices()

    private var queries: [SearchQuery] { services.search.queries.withLock { $0 } }

    @Test func `the answer has its fields`() async throws {
        let answer = try await services.api().ask(.get, "/search?q=x")
        #expect(answer.status == 200)
        #expect(
            answer.text.hasPrefix(
                ##"{"results":[{"full_name":"a/b","owner":{"login":"a"},"description":"\"x\"","language":null,"stars":5,"##
                    + ##""url":null,"topics":[],"is_private":false,"is_archived":false,"is_fork":false,"updated_at":null,"##
                    + ##""embedded":true,"score":0.9,"similarity":0.5,"matched":["vector","text"]},{"full_name":"a/b","##
            )
        )
        #expect(answer.text.contains(##""embedded":null,"score":0.2,"similarity":null,"matched":["text"]}],"mode""##))
        #expect(
            answer.text.contains(
                ##""method":"exact","model":"stub-model","coverage":0.25,"weak":false,"next":null,"took_ms""##
            )
        )
    }

    @Test func `flags, a time and a cursor are handed on`() async throws {
        let query = "q=x&archived=false&fork=true&updated_since=2026-01-02&cursor=abc"
        _ = try await services.api().ask(.get, "/search?\(query)")
        _ = try await services.api().ask(.get, "/repos/a/b/similar?private=true&updated_since=2026-01-02T00:00:00Z")
        let time = FilterCondition.isUpdated(since: try #require(Timestamp("2026-01-02T00:00:00Z")))
        let filter = SearchFilter([.isFlag(.isArchived, false), .isFlag(.isFork, true), time])
        #expect(queries[0].filter == filter)
        #expect(queries[0].cursor == "abc")
        #expect(queries[1].filter == SearchFilter([.isFlag(.isPrivate, true), time]))
    }

    @Test func `a filter without a value is none`() async throws {
        #expect(try await services.api().ask(.get, "/search?q=x&language=&topic=&owner=&updated_since=").status == 200)
        #expect(queries[0].filter == SearchFilter())
    }

    @Test func `very many unknown fields make no large answer, nor does a long name`() async throws {
        let many = "{" + (0..<20_000).map { "\"n\($0)\":1" }.joined(separator: ",") + "}"
        let long = "{\"a\(String(repeating: "\u{301}", count: 100_000))\":1,\"q\":\"x\"}"
        for body in [many, long] {
            let answer = try await services.api().ask(.post, "/search", body)
            #expect(answer.status == 400)
            #expect(answer.text.utf8.count < 50_000)
        }
    }

    @Test func `what is not known is named with what is`() async throws {
        let answer = try await services.api().ask(.get, "/search?q=x&langauge=C")
        let detail = try answer.json["errors"]?.array?.first?["detail"]?.string ?? ""
        #expect(detail.hasPrefix("langauge is not known; known are q, mode, language, topic, "))
        let two = try await services.api().ask(.get, "/search?q=x&langauge=C&limt=3").json["detail"]?.string
        #expect(two?.hasPrefix("2 fields are not valid, first of all: langauge is not known; known are q, ") == true)
        let none = try await services.api().ask(.get, "/map?x=1").json["detail"]?.string
        #expect(none == "x is not known; there are none here")
    }

    @Test func `a query has text, filters, mode and limit`() async throws {
        let query =
            "q=vector+db%20in%20r%C3%BCst&mode=vector&limit=5&language=Rust&min_stars=10&owner=a&exclude_owner=b"
            + "&min_score=0.25"
        _ = try await services.api().ask(.get, "/search?\(query)")
        let filter = SearchFilter(
            [.language("Rust"), .hasStars(10), .owner("a"), .anotherOwner(than: "b")],
            minScore: 0.25
        )
        let text = SearchQuery.Subject.text("vector db in rüst")
        #expect(queries == [SearchQuery(text, mode: .vector, filter: filter, limit: 5, partition: .anybody)])
    }

    @Test func `the same can be posted`() async throws {
        let api = services.api()
        _ = try await api.ask(.post, "/search", #"{"q":"x","limit":3,"min_score":-1}"#)
        _ = try await api.ask(.post, "/search", #"{"embedding":[1,0.5,-2e-1]}"#)
        #expect(
            queries == [
                SearchQuery(
                    .text("x"),
                    mode: .hybrid,
                    filter: SearchFilter(minScore: -1),
                    limit: 3,
                    partition: .anybody
                ),
                SearchQuery(.embedding([1, 0.5, -0.2]), mode: .vector, partition: .anybody),
            ]
        )
    }

    @Test func `several texts have one answer, or one each`() async throws {
        let api = services.api()
        let body = #"{"queries":["x","y"],"limit":3,"topic":"cli","combine":"#
        let fused = try await api.ask(.post, "/search", body + #""fused"}"#)
        #expect(fused.text.hasPrefix(#"{"results":["#))
        let filter = SearchFilter([.topic("cli")])
        func query(_ subject: SearchQuery.Subject) -> SearchQuery {
            SearchQuery(subject, mode: .hybrid, filter: filter, limit: 3, partition: .anybody)
        }
        #expect(queries == [query(.texts(["x", "y"]))])
        let separate = try await api.ask(.post, "/search", body + #""separate"}"#)
        #expect(separate.text.hasPrefix(#"{"answers":[{"results":["#))
        #expect(separate.text.split(separator: #""weak":false"#).count == 3)
        #expect(queries.dropFirst() == [query(.text("x")), query(.text("y"))])
    }

    @Test func `repos can be examples`() async throws {
        let answer = try await services.api().ask(.post, "/search", #"{"like":["a/b","c/d"],"unlike":["e/f"]}"#)
        #expect(answer.status == 200)
        let examples = SearchQuery.Subject.examples(like: ["a/b", "c/d"], unlike: ["e/f"])
        #expect(queries == [SearchQuery(examples, mode: .vector, partition: .anybody)])
    }

    @Test(arguments: [
        "", "q=", "q=%20", "q=x&limit=0", "q=x&limit=101", "q=x&limit=1.5", "q=x&limit=", "q=x&mode=best",
        "q=x&min_score=2",
        "q=x&min_score=nan", "q=x&min_score=inf", "q=x&min_stars=-1", "q=x&min_stars=99999999999999999999", "q=x&y=1",
        "q=x&q=y", "q=%00", "embedding=1", "q=x&archived=yes",
        "q=x&updated_since=yesterday", "q=x&y=", "q=x&cursor=",
    ])
    func `a wrong parameter is 400`(query: String) async throws {
        let answer = try await services.api().ask(.get, "/search?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.json["errors"] != nil)
    }

    @Test(arguments: [
        "{}", "[]", #"{"q":"x","embedding":[1]}"#, #"{"embedding":[]}"#, #"{"embedding":[1,2e6]}"#,
        #"{"embedding":[1,"2"]}"#,
        #"{"embedding":[1e39]}"#, #"{"embedding":[1],"mode":"text"}"#, #"{"q":1}"#, #"{"q":"x","limit":"3"}"#,
        #"{"q":"x","extra":true}"#, #"{"queries":[]}"#, #"{"queries":["x",""]}"#, #"{"queries":["x"," "]}"#,
        #"{"queries":["1","2","3","4","5","6","7","8","9","10","11"]}"#, #"{"q":"x","queries":["y"]}"#,
        #"{"q":"x","combine":"separate"}"#, #"{"queries":["x"],"combine":"best"}"#, #"{"like":[]}"#,
        #"{"like":["a/b",1]}"#,
        #"{"unlike":["a/b"]}"#, #"{"q":"x","unlike":["a/b"]}"#, #"{"like":["a/b"],"mode":"hybrid"}"#,
        #"{"like":["a/b"],"q":"x"}"#, #"{"queries":["x"],"combine":"separate","cursor":"c"}"#,
    ])
    func `a wrong field is 400`(body: String) async throws {
        #expect(try await services.api().ask(.post, "/search", body).status == 400)
    }

    @Test(arguments: ["[0,0]", "[1e-300]"]) func `a zero vector is 400`(vector: String) async throws {
        #expect(try await services.api().ask(.post, "/search", #"{"embedding":\#(vector)}"#).status == 400)
    }

    @Test func `neighbours of a repo are found`() async throws {
        let answer = try await services.api().ask(.get, "/repos/a/b/similar?limit=2&language=C")
        #expect(answer.status == 200)
        #expect(queries == [SearchQuery(.text("a/b"), mode: .vector, filter: SearchFilter([.language("C")]), limit: 2)])
        #expect(try await services.api().ask(.get, "/repos/a/b/similar?q=x").status == 400)
    }

    @Test(
        arguments: [
            (.unknownRepo("a/b"), 404), (.notEmbedded("a/b"), 422), (.invalid("why"), 400),
            (.embedding(EmbeddingError(.overloaded, "")), 429),
            (.store(StoreError(.unavailable, "")), 503),
        ] as [(SearchError, Int)]
    )
    func `every fault has its status`(error: SearchError, status: Int) async throws {
        services.search.failure.withLock { $0 = error }
        #expect(try await services.api().ask(.get, "/repos/a/b/similar").status == status)
    }
}
