import HTTP
import Testing

@testable import Routing

@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "unix"])

    @Test(
        arguments: [
            // Whoever comes by himself is who he is.
            ("203.0.113.5:4000", ["198.51.100.1"], "203.0.113.5:4000"),
            ("10.1.2.3:4000", ["198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3:4000", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3:4000", ["198.51.100.1, 192.0.2.7"], "198.51.100.1"),
            ("10.1.2.3:4000", ["6.6.6.6", "198.51.100.1,10.9.9.9"], "198.51.100.1"),
            ("[2001:db8::1]:80", ["2001:db9::1"], "2001:db9::1"),
            ("[::ffff:10.0.0.1]:80", ["198.51.100.1:55"], "198.51.100.1:55"),
            ("unix", ["198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3:4000", ["not an address"], "10.1.2.3:4000"),
            ("10.1.2.3:4000", ["6.6.6.6, unknown"], "10.1.2.3:4000"),
            ("10.1.2.3:4000", ["10.4.4.4"], "10.4.4.4"),
            ("10.1.2.3:4000", [], "10.1.2.3:4000"), ("", ["1.1.1.1"], ""),
        ] as [(String, [String], String)]
    )
    func `the nearest that is no proxy is the client`(peer: String, forwarded: [String], expected: String) {
        var headers: HTTPHeaders = [:]
        for value in forwarded { headers.append("X-Forwarded-For", value) }
        #expect(proxies.client(HTTPRequestHead(.get, "/", headers: headers), from: peer) == expected)
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("10.0.0.0/8", true), ("10.0.0.0/33", false), ("::/0", true), ("2001:db8::/129", false),
        ("10.0.0", false), ("proxy.example", false), ("", false), ("unix", true), ("10.0.0.0/", false), ("/8", false),
    ])
    func `a setting is an address or a network`(text: String, isValid: Bool) {
        #expect(TrustedProxies.isValid(text) == isValid)
    }

    @Test func `clients without a key are limited each for itself`() async throws {
        let api = StubServices().api {
            $0.requestsPerMinute = 1
            $0.trustedProxies = proxies
        }
        func ask(_ client: String) async throws -> Int {
            let head = HTTPRequestHead(.get, "/pipeline", headers: ["X-Forwarded-For": client])
            return try await api.ask(HTTPRequest(head: head, peer: "10.0.0.1:1")).status
        }
        #expect(try await ask("198.51.100.1") == 200)
        #expect(try await ask("198.51.100.1") == 429)
        // Of a thousand places some other client has one of its own.
        var isServed = false
        for number in 2..<9 where try await ask("198.51.100.\(number)") == 200 { isServed = true }
        #expect(isServed)
    }
}
