import HTTPClient
import Testing

@Suite(.enabled(if: TLSServer.isAvailable, "openssl makes the certificates"))
struct HTTPClientTLSTests {
    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        let server = try TLSServer()
        let error = await #expect(throws: HTTPClientError.self) {
            try await HTTPClient().send(HTTPClientRequest("GET", server.url))
        }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("certificate") == true)
    }

    @Test func anAuthorityOfTheFileIsTrusted() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: server.authorityFile))
        for _ in 0..<3 {
            let response = try await client.send(HTTPClientRequest("GET", server.url))
            #expect(response.status == 200)
        }
    }

    @Test func anAuthorityOfTheFolderIsTrusted() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityDirectory: server.authorityDirectory))
        #expect(try await client.send(HTTPClientRequest("GET", server.url)).status == 200)
    }

    @Test func aCertificateOfAnotherNameIsRefused() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: server.authorityFile))
        let url = server.url.replacing("127.0.0.1", with: "localhost")
        await #expect(throws: HTTPClientError(.tls, "")) { try await client.send(HTTPClientRequest("GET", url)) }
    }

    @Test func aFileOfAuthoritiesThatIsMissingIsAnError() async throws {
        let server = try TLSServer()
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: "/nowhere/ca.pem"))
        await #expect(throws: HTTPClientError(.tls, "")) { try await client.send(HTTPClientRequest("GET", server.url)) }
    }
}
