import HTTPClient
import Synchronization
import Testing

@Suite struct HTTPClientProxyTests {
    @Test func aProxyIsAskedForTheWholeURL() async throws {
        let proxy = FixtureServer { request, connection in
            connection.answer(body: request.head)
            return true
        }
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: proxy.url)))
        let response = try await client.send(HTTPClientRequest("GET", "http://upstream.test/path"))
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("GET http://upstream.test/path HTTP/1.1"))
    }

    @Test func tlsGoesThroughATunnelWhoseRefusalIsAnErrorWithoutTheProxysCredentials() async throws {
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
    func aProxyThatIsNoneIsAConnectErrorWithoutItsCredentials(proxy: String) async throws {
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: proxy)))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", "http://upstream.test/"))
        }
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
        #expect(error?.description.contains("proxy") == true)
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func thisMachineIsNotBehindAProxy(host: String) async throws {
        let server = FixtureServer.fixed()
        let client = HTTPClient(configuration: .init(proxy: ProxySettings(http: "http://127.0.0.1:1")))
        let url = server.url.replacing("127.0.0.1", with: host)
        #expect(try await client.send(HTTPClientRequest("GET", url)).status == 200)
    }

    @Test func proxiesAreReadFromAnEnvironmentAsCurlReadsThem() {
        let settings = ProxySettings(environment: [
            "HTTP_PROXY": "no", "https_proxy": "", "HTTPS_PROXY": "secure", "ALL_PROXY": "all", "NO_PROXY": "a,b",
        ])
        #expect(settings.http == "all" && settings.https == "secure" && settings.exempt == "a,b")
    }
}
