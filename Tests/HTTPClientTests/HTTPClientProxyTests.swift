import Synchronization
import Testing

@testable import HTTPClient

@Suite struct HTTPClientProxyTests {
    @Test func `a proxy is asked for the whole URL`() async throws {
        let proxy = FixtureServer { request, connection in
            connection.answer(body: request.head)
            return true
        }
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: proxy.url)))
        let response = try await client.send(HTTPClientRequest("GET", "http://upstream.test/path"))
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("GET http://upstream.test/path HTTP/1.1"))
    }

    @Test func `TLS goes through a tunnel whose refusal is an error without the proxys credentials`() async throws {
        let head = Mutex("")
        let proxy = FixtureServer { request, connection in
            head.withLock { $0 = request.head }
            connection.answer(407)
            return false
        }
        let credentials = proxy.url.replacing("http://", with: "http://name:sesame@")
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(https: credentials)))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", "https://upstream.test/path"))
        }
        #expect(head.withLock { $0 }.hasPrefix("CONNECT upstream.test:443 HTTP/1.1"))
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
    }

    @Test(arguments: ["http://name:sesame@127.0.0.1:1", "gopher://name:sesame@127.0.0.1:1", "http://name:sesame@:x"])
    func `a proxy that is none is a connect error without its credentials`(proxy: String) async throws {
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: proxy)))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", "http://upstream.test/"))
        }
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
        #expect(error?.description.contains("proxy") == true)
    }

    @Test(arguments: [
        "127.1", "127.255.0.9:80", "2130706433", "0x7f.0.0.1", "localhost.", "LOCALHOST:1", "a.b.localhost",
        "[::1]:80", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::1%25lo]", "0.0.0.0", "127.0.0.1.",
        "ip6-localhost", "u:p@127.0.0.1", "exempt.test", "below.exempt.test", "EXEMPT.test:8080", "dotted.test",
        "[fd00::7]",
    ])
    func `what is on this machine or exempt goes straight`(host: String) throws {
        let settings = ProxySettings(http: "http://p", https: "http://p", exempt: "exempt.test, .dotted.test,[fd00::7]")
        for scheme in ["http", "https"] {
            #expect(settings.proxy(for: try #require(AbsoluteURL("\(scheme)://\(host)/path"))) == nil)
        }
        let none = ProxySettings(http: "http://p", exempt: "*")
        #expect(none.proxy(for: try #require(AbsoluteURL("http://a.test"))) == nil)
    }

    @Test(arguments: [
        "localhost.test", "notlocalhost", "128.0.0.1", "1.127.0.0", "127.0.0.1.test", "[::2]", "[::ffff:128.0.0.1]",
        "127", "127.0.0.1@other.test", "notexempt.test", "exempt.test.com",
    ])
    func `all else goes through the proxy`(host: String) throws {
        let settings = ProxySettings(http: "http://p", exempt: "exempt.test")
        #expect(settings.proxy(for: try #require(AbsoluteURL("http://\(host)/path"))) == "http://p")
    }

    @Test func `what comes late or too long through a proxy says so`() async throws {
        let proxy = FixtureServer { request, connection in
            if request.head.contains("/large") { connection.answer(body: String(repeating: "x", count: 4096)) }
            return true
        }
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: proxy.url)))
        var large = HTTPClientRequest("GET", "http://upstream.test/large")
        large.maxResponseBytes = 1024
        var late = HTTPClientRequest("GET", "http://upstream.test/late")
        late.timeouts = HTTPClientTimeouts(firstByte: .milliseconds(200), total: .milliseconds(200))
        for request in [large, late] {
            let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
            #expect(error?.message.contains("by way of the proxy \(proxy.url)") == true)
        }
    }

    @Test func `an answer tells by what proxy it came`() async throws {
        let proxy = FixtureServer { _, connection in
            connection.answer(502)
            return true
        }
        let credentials = proxy.url.replacing("//", with: "//a:sesame@")
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: credentials)))
        let answer = try await client.send(HTTPClientRequest("GET", "http://upstream.test/"))
        #expect(answer.way.contains("by way of the proxy \(proxy.url)") && !answer.way.contains("sesame"))
        #expect(try await client.send(HTTPClientRequest("GET", proxy.url)).way.isEmpty)
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func `this machine is not behind a proxy`(host: String) async throws {
        let server = FixtureServer.fixed()
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: "http://127.0.0.1:1")))
        let url = server.url.replacing("127.0.0.1", with: host)
        #expect(try await client.send(HTTPClientRequest("GET", url)).status == 200)
    }

    @Test func `proxies are read from an environment as curl reads them`() {
        let settings = ProxySettings(environment: [
            "HTTP_PROXY": "no", "https_proxy": "", "HTTPS_PROXY": "secure", "ALL_PROXY": "all", "NO_PROXY": "a,b",
        ])
        #expect(settings.http == "all" && settings.https == "secure" && settings.exempt == "a,b")
    }
}
