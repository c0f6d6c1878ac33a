import EventLoop
import HTTP

/// The names under which the service may be asked for. A page whose name is made to lead to this machine (DNS rebinding)
/// asks under its own.
struct HostNames: Sendable {
    /// In lower case; `*.example.com` stands for all names below.
    private let allowed: [String]

    init(_ allowed: [String]) { self.allowed = allowed.map { $0.lowercased() } }

    /// Whether the `Host` of a request is a loopback name or one of those allowed. A request without one is HTTP/1.0 and
    /// comes from no browser.
    func contain(_ head: HTTPRequestHead) -> Bool {
        guard let range = head.valueRange(of: "host") else { return true }
        guard !Self.isUsual(head, range), let host = head.header("host") else { return true }
        let name = Self.name(of: host)
        return KnownHost(name) == .loopback || allowed.contains { Self.pattern($0, matches: name) }
    }

    /// What nearly every request for this machine says; told from the bytes, since reading a name takes a microsecond.
    private static func isUsual(_ head: HTTPRequestHead, _ host: Range<Int>) -> Bool {
        let end = head.bytes[host].firstIndex(of: UInt8(ascii: ":")) ?? host.upperBound
        let name = host.lowerBound..<end
        return head.isEqual(name, to: "localhost") || head.isEqual(name, to: "127.0.0.1")
    }

    /// The host without port and final dot, in lower case.
    private static func name(of host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("[") { return String(host.prefix { $0 != "]" }.dropFirst()) }
        let name = host.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    private static func pattern(_ pattern: String, matches name: String) -> Bool {
        pattern == name || pattern == "*" || (pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst()))
    }
}
