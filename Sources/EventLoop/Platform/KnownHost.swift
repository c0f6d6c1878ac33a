#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a host is without asking a resolver.
package enum KnownHost {
    /// This machine, whatever resolvers say (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    case loopback
    /// All addresses of this machine where it listens; where one connects to, this machine.
    case unspecified

    /// - Parameter host: a name, or an address in any of the ways in which it is written; in lower case, without port,
    ///   brackets and final dot.
    /// - Returns: nil for any other.
    package init?(_ host: String) {
        if host == "localhost" || host.hasSuffix(".localhost") {
            self = .loopback
            return
        }
        guard host.utf8.allSatisfy({ $0 > 0x20 }) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_aton(host, &four) != 0 {
            self.init(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, host, &six) == 1 {
            self.init(withUnsafeBytes(of: six) { Array($0) })
        } else {
            return nil
        }
    }

    private init?(_ address: UInt32) {
        switch address {
        case 0: self = .unspecified
        case _ where address >> 24 == 127: self = .loopback
        default: return nil
        }
    }

    private init?(_ address: [UInt8]) {
        if address.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            self.init(address[12...].reduce(0) { $0 << 8 | UInt32($1) })
            return
        }
        guard address.dropLast().allSatisfy({ $0 == 0 }) else { return nil }
        switch address[15] {
        case 0: self = .unspecified
        case 1: self = .loopback
        default: return nil
        }
    }
}
