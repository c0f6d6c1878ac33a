import HTTPClient
import Synchronization
import Testing

@Suite struct HTTPClientProxyTests {
    @Test func aProxyIsAskedForTheWholeURL() async throws {
        let proxy = FixtureServer { request, connection in
            connection.answer(body: request.head)
            return true
        }
        let client = HTTPClient(configuration: .init(proxy: proxy.url))
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
        let client = HTTPClient(configuration: .init(proxy: credentials))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", "https://upstream.test/path"))
        }
        #expect(head.withLock { $0 }.hasPrefix("CONNECT upstream.test:443 HTTP/1.1"))
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
    }

    @Test(arguments: ["http://name:sesame@127.0.0.1:1", "gopher://name:sesame@127.0.0.1:1", "http://name:sesame@:x"])
    func aProxyThatIsNoneIsAConnectErrorWithoutItsCredentials(proxy: String) async throws {
        let client = HTTPClient(configuration: .init(proxy: proxy))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", "http://upstream.test/"))
        }
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
    }
}
