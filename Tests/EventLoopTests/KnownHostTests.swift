import Testing

@testable import EventLoop

@Suite struct KnownHostTests {
    @Test(arguments: [
        "localhost", "a.b.localhost", "127.0.0.1", "127.255.0.9", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1",
        "::1",
        "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1",
    ])
    func `loopback in every spelling`(host: String) { #expect(KnownHost(host) == .loopback) }

    @Test(arguments: ["0.0.0.0", "0", "::", "::ffff:0.0.0.0"])
    func `unspecified`(host: String) { #expect(KnownHost(host) == .unspecified) }

    @Test(arguments: [
        "", "127", "notlocalhost", "localhost.test", "127.example.com", "127.evil.0.1", "127.0.0.1.test", "1.127.0.0",
        "10.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1", "127.0.0.1 evil.test", "256.0.0.1", "localhost.localdomain",
    ])
    func `all else has to be asked for`(host: String) { #expect(KnownHost(host) == nil) }
}
