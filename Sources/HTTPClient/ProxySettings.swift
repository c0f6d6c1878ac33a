/// Which proxy requests go through.
package struct ProxySettings: Sendable {
    /// For `http` URLs.
    package var http: String?
    /// For `https` URLs.
    package var https: String?
    /// Hosts that are reached without, as libcurl's CURLOPT_NOPROXY lists them.
    package var exempt: String

    package init(http: String? = nil, https: String? = nil, exempt: String = "") {
        self.http = http
        self.https = https
        self.exempt = exempt
    }

    package static let none = ProxySettings()

    /// Those of an environment as curl reads it: `http_proxy` in lower case alone, as a CGI request's field `Proxy` would
    /// come as the other; the rest in either.
    package init(environment: [String: String]) {
        func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
        let all = value("all_proxy", "ALL_PROXY")
        http = value("http_proxy") ?? all
        https = value("https_proxy", "HTTPS_PROXY") ?? all
        exempt = value("no_proxy", "NO_PROXY") ?? ""
    }

    /// The proxy for a URL, unless it is exempt; nil for none. Nothing that is on this machine is behind a proxy.
    func proxy(for url: AbsoluteURL) -> String? {
        guard let proxy = url.isSecure ? https : http, !url.isLocal, !isExempt(url.host) else { return nil }
        return proxy
    }

    /// As libcurl reads the list, but for ranges of addresses, which are left to it.
    private func isExempt(_ host: String) -> Bool {
        exempt.lowercased().split { $0 == "," || $0 == " " }.contains { entry in
            let name = entry.drop { $0 == "." || $0 == "[" }.prefix { $0 != "]" }
            return entry == "*" || host == name || host.hasSuffix(".\(name)")
        }
    }
}
