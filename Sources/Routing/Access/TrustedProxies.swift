import HTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The proxies whose word counts on who a request is from.
package struct TrustedProxies: Sendable {
    /// Addresses that begin with the same bits.
    private struct Network: Sendable {
        let address: [UInt8]
        let length: Int

        func contains(_ other: [UInt8]) -> Bool {
            guard other.count == address.count else { return false }
            let whole = length / 8
            guard address.prefix(whole) == other.prefix(whole) else { return false }
            let mask = UInt8.max << UInt8(8 - length % 8)
            return length % 8 == 0 || (address[whole] ^ other[whole]) & mask == 0
        }
    }

    private let networks: [Network]
    private let trustsUnix: Bool

    /// - Parameter texts: addresses, networks such as `10.0.0.0/8`, and `unix` for whoever comes over a Unix socket.
    package init(_ texts: [String]) {
        networks = texts.compactMap(Self.network)
        trustsUnix = texts.contains("unix")
    }

    package static func isValid(_ text: String) -> Bool { text == "unix" || network(text) != nil }

    /// Who a request is from: the peer, or what trusted proxies say of theirs. `X-Forwarded-For` is read from its end,
    /// where the nearest proxy has written; what stands before the first address that is not trusted anybody may have
    /// made up.
    func client(_ head: HTTPRequestHead, from peer: String) -> String {
        guard trustsUnix || !networks.isEmpty, isTrusted(peer) else { return peer }
        var client = peer
        for address in head.headers("x-forwarded-for").flatMap({ $0.split(separator: ",") }).reversed() {
            let text = address.trimmingSpaces()
            guard Self.address(Self.host(of: text)) != nil else { break }
            client = text
            guard isTrusted(text) else { break }
        }
        return client
    }

    private func isTrusted(_ peer: String) -> Bool {
        if peer == "unix" { return trustsUnix }
        guard let address = Self.address(Self.host(of: peer)) else { return false }
        return networks.contains { $0.contains(address) }
    }

    /// Without a port: `[::1]:80`, `::1` and `127.0.0.1:80` are all written.
    static func host(of peer: String) -> String {
        if peer.hasPrefix("[") { return String(peer.dropFirst().prefix { $0 != "]" }) }
        let parts = peer.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : peer
    }

    private static func network(_ text: String) -> Network? {
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count <= 2, let address = address(String(sides[0])) else { return nil }
        guard sides.count == 2 else { return Network(address: address, length: 8 * address.count) }
        guard let length = Int(sides[1]), (0...8 * address.count).contains(length) else { return nil }
        return Network(address: address, length: length)
    }

    /// The four or sixteen bytes; an IPv4 address within IPv6 is that of IPv4.
    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
