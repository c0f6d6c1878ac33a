import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

/// The page with what its address asks for in it.
@Suite struct PageTests {
    private static let page =
        "<title>{{title}}embed-star</title><input value=\"{{q}}\"><option{{is_text}}><details{{open}}>"
        + "<noscript>{{found}}</noscript><script type=\"application/json\">{{given}}</script>"

    private let services = StubServices()

    private var queries: [SearchQuery] { services.search.queries.withLock { $0 } }

    private func api(_ configure: (inout APIConfiguration) -> Void = { _ in }) -> API {
        services.api {
            $0.page = Array(Self.page.utf8)
            $0.pageHeaders = [("Content-Security-Policy", "default-src 'none'")]
            configure(&$0)
        }
    }

    /// What the page has for its script; nil when it has nothing.
    private func given(_ page: Answer) throws -> JSONValue? {
        let text = page.text.split(separator: "json\">")[1].dropLast("</script>".count)
        return text.isEmpty ? nil : try JSONValue(Array(text.utf8))
    }

    @Test func `an address that asks for nothing has the page as it is`() async throws {
        for target in ["/", "/?", "/?q=", "/?q=+&language=Go", "/?language=Go", "/?q=%ff", "/?strange=1"] {
            let page = try await api().ask(.get, target)
            #expect(page.status == 200)
            #expect(page.headers["ETag"] != nil)
            #expect(page.text.hasPrefix("<title>embed-star</title><input value=\"\"><option><details><noscript><div"))
        }
        #expect(queries.isEmpty)
    }

    @Test func `results are in the page, for people and for its script`() async throws {
        let api = api()
        services.search.repo.withLock { $0.stars = 12_345 }
        let filter = SearchFilter([.topic("cli"), .hasStars(10)])
        let page = try await api.ask(.get, "/?q=fast+db&mode=text&language=&topic=cli&min_stars=10&owner=&utm=1")
        #expect(queries == [SearchQuery(.text("fast db"), mode: .text, filter: filter, limit: 20, partition: .anybody)])
        #expect(page.text.hasPrefix("<title>fast db – embed-star</title><input value=\"fast db\"><option selected>"))
        #expect(page.text.contains("<details open>"))
        #expect(page.text.contains("href=\"https://github.com/a/b\"><strong>a/b</strong></a>"))
        #expect(page.text.contains("&quot;x&quot;"))
        #expect(page.text.contains("★ 12,345"))
        #expect(page.text.contains("href=\"./?similar=a%2Fb\""))
        #expect(page.headers["Content-Security-Policy"] == "default-src 'none'")
        #expect(page.headers["Cache-Control"] == "private, no-cache")
        let given = try #require(try given(page))
        #expect(given["results"]?.array?.count == 2)
        #expect(given["took_ms"] != nil)
    }

    @Test func `neighbours of a repo are in the page too`() async throws {
        let page = try await api().ask(.get, "/?similar=c%2Fd&q=x&mode=text&language=Go")
        let filter = SearchFilter([.language("Go")])
        #expect(queries == [SearchQuery(.text("c/d"), mode: .vector, filter: filter, limit: 20)])
        #expect(page.text.contains("Nearest in meaning to c/d."))
        #expect(try await api().ask(.get, "/?similar=%3Cb%3E").text.contains("there is no such repo"))
        #expect(queries.count == 1)
    }

    @Test func `what follows has an address`() async throws {
        services.search.next.withLock { $0 = "0a\"" }
        let page = try await api().ask(.get, "/?q=a%26b&topic=cli&cursor=old")
        #expect(page.text.contains("<a href=\"./?cursor=0a%22&amp;q=a%26b&amp;topic=cli\">More</a>"))
        #expect(page.text.contains("<span class=\"rank\"></span>"))
        _ = try await api().ask(.get, "/?similar=a%2Fb&cursor=old")
        #expect(queries.map(\.cursor) == ["old", "old"])
    }

    /// Some scalars make one character with the `<` after them (UAX #29, Prepend), others with the one before.
    @Test(arguments: ["", "\u{600}", "\u{110BD}", "a\u{200D}", "\r"])
    func `nothing that is stored or asked for is taken for markup`(before: String) async throws {
        let hostile = "\(before)</script>\(before)<script>alert(1)\(before)</script>\(before)<!--'\"&\0"
        services.search.repo.withLock {
            $0 = Repo(fullName: "a/\(hostile)", description: hostile, language: hostile, url: "javascript:alert(1)")
        }
        let query = hostile.utf8.dropLast().map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let page = try await api().ask(.get, "/?q=\(query)")
        let bytes = Array(page.text.utf8)
        #expect(bytes.ranges(of: Array("<script".utf8)).count == 1)
        #expect(bytes.ranges(of: Array("</script".utf8)).count == 1)
        #expect(bytes.ranges(of: Array("<!--".utf8)).isEmpty)
        #expect(!page.text.contains("href=\"javascript:"))
        #expect(!page.text.contains("\0"))
        let given = try #require(try given(page))
        #expect(given["results"]?.array?.first?["description"] == .string(hostile))
    }

    @Test func `what cannot be searched for is told, and left to the script`() async throws {
        let page = try await api().ask(.get, "/?q=x&min_stars=many")
        #expect(page.status == 200)
        #expect(page.text.contains("min_stars must be a whole number"))
        #expect(try given(page) == nil)
        services.search.failure.withLock { $0 = .store(StoreError(.unavailable, "away")) }
        let other = try await api().ask(.get, "/?q=x")
        #expect(other.status == 200)
        #expect(other.text.contains("the database is not available"))
        #expect(try given(other) == nil)
    }

    @Test func `where keys are needed only one that may read has results`() async throws {
        let api = api {
            $0.keys = APIKeys(all: ["all-key"], read: ["read-key"], write: ["write-key"], privateSearch: ["read-key"])
        }
        for header: HTTPHeaders in [[:], ["X-Api-Key": "wrong"], ["X-Api-Key": "write-key"]] {
            let page = try await api.ask(.get, "/?q=x", headers: header)
            #expect(page.status == 200)
            #expect(page.text.contains("asks for a key"))
            #expect(try given(page) == nil)
        }
        #expect(queries.isEmpty)
        #expect(try await given(api.ask(.get, "/?q=x", headers: ["X-Api-Key": "all-key"])) != nil)
        #expect(try await given(api.ask(.get, "/?q=x", headers: ["X-Api-Key": "read-key"])) != nil)
        #expect(queries.map(\.filter.includesPrivate) == [false, true])
    }

    @Test func `a search in the page counts as one, and the page itself always comes`() throws {
        let now = ContinuousClock.now
        let access = AccessControl(keys: KeyRing(APIKeys()), perMinute: 2, now: now)
        func ask(_ target: String, for needed: Endpoint.Access) throws -> Caller {
            var caller = try access.caller(of: HTTPRequestHead(.get, target, headers: [:]), for: needed)
            _ = try access.count(&caller, from: "127.0.0.1", for: needed, now: now)
            return caller
        }
        for caller in [Caller.unknown, .unknown] { #expect(try ask("/", for: .optional(.read)) == caller) }
        for caller in [Caller.anybody, .anybody, .unknown] {
            #expect(try ask("/?q=x", for: .optional(.read)) == caller)
        }
        #expect(throws: APIError.self) { try ask("/search?q=x", for: .scope(.read)) }
    }

    @Test(arguments: [
        ("Sec-Fetch-Dest", "document", 1), ("Sec-Fetch-Dest", "image", 0), ("Sec-Fetch-Dest", "iframe", 0),
        ("Accept", "text/html", 1), ("Accept", "application/json", 0),
    ])
    func `what nobody would see is not searched for`(name: String, value: String, count: Int) async throws {
        #expect(try await api().ask(.get, "/?q=x", headers: [name: value]).status == 200)
        #expect(queries.count == count)
    }

    @Test func `settings in force are told to whom the service belongs`() async throws {
        let api = api {
            $0.keys = APIKeys(all: ["all-key"], read: ["read-key"], write: [], privateSearch: [])
            $0.settings = [("PORT", "8080", "environment"), ("DB_PASS", "***", ".env")]
        }
        #expect(try await api.ask(.get, "/settings", headers: ["X-Api-Key": "read-key"]).status == 403)
        let answer = try await api.ask(.get, "/settings", headers: ["X-Api-Key": "all-key"])
        #expect(answer.headers["Cache-Control"] == "no-store")
        let first = #"{"settings":[{"name":"PORT","value":"8080","source":"environment"},"#
        #expect(answer.text == first + #"{"name":"DB_PASS","value":"***","source":".env"}]}"#)
    }
}
