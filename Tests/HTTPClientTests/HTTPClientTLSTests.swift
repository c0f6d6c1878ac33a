import HTTPClient
import Testing

@Suite(.enabled(if: TLSServer.isAvailable, "openssl makes the certificates"))
struct HTTPClientTLSTests {
    @Test func `a certificate of an unknown authority is refused`() async throws {
        let server = try TLSServer()
        let error = await #expect(throws: HTTPClientError.self) {
            try await HTTPClient().send(HTTPClientRequest("GET", server.url))
        }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("certificate") == true)
    }

    @Test func `an authority of the file is trusted`() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: server.authorityFile))
        for _ in 0..<3 {
            let response = try await client.send(HTTPClientRequest("GET", server.url))
            #expect(response.status == 200)
        }
    }

    @Test func `an authority of the folder is trusted`() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityDirectory: server.authorityDirectory))
        #expect(try await client.send(HTTPClientRequest("GET", server.url)).status == 200)
    }

    @Test func `a certificate of another name is refused`() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: server.authorityFile))
        let url = server.url.replacing("127.0.0.1", with: "localhost")
        await #expect(throws: HTTPClientError(.tls, "")) { try await client.send(HTTPClientRequest("GET", url)) }
    }

    @Test func `a file of authorities that is missing is an error`() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: "/nowhere/ca.pem"))
        await #expect(throws: HTTPClientError(.tls, "")) { try await client.send(HTTPClientRequest("GET", server.url)) }
    }
}
