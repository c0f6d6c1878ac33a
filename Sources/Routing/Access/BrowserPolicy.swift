import HTTP

/// What pages of other origins may have a browser do here. Programs other than browsers send none of the fields that it
/// goes by.
struct BrowserPolicy: Sendable {
    /// Fields of answers that scripts of other origins get to see, beside the few that all see.
    private static let exposed =
        "X-Request-Id, X-Embed-Star-Cache, Server-Timing, Retry-After, ETag, RateLimit, RateLimit-Policy, "
        + "X-RateLimit-Limit-Requests, X-RateLimit-Remaining-Requests, X-RateLimit-Reset-Requests"

    /// Origins whose pages may do all that their keys may; `*` stands for every one.
    private let origins: Set<String>
    /// Nil for any name.
    private let hosts: HostNames?

    init(_ configuration: APIConfiguration) {
        origins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        let isGuarded =
            !configuration.allowedHosts.isEmpty || (configuration.isLoopbackOnly && !configuration.keys.isClosed)
        hosts = isGuarded ? HostNames(configuration.allowedHosts) : nil
    }

    /// - Throws: `APIError` 403 when the request is for a host of another name.
    func checkHost(_ head: HTTPRequestHead) throws {
        guard let hosts, !hosts.contain(head) else { return }
        throw APIError(
            .forbidden,
            .invalidRequest,
            "this service does not answer to the name in Host; add it to ALLOWED_HOSTS"
        )
    }

    /// - Throws: `APIError` 403 when a page of another origin has a browser ask for what has an effect.
    func checkOrigin(_ head: HTTPRequestHead, _ endpoint: Endpoint) throws {
        guard isFromElsewhere(head), !isAllowed(head.header("origin")) else { return }
        // A link leads wherever its page says; what it leads to is seen by the person who followed it.
        let isLink = head.method == .get && head.header("sec-fetch-mode") == "navigate"
        guard endpoint.hasEffect, !isLink else { return }
        throw APIError(
            .forbidden,
            .invalidRequest,
            "pages of other origins may not do this; to allow it, add their origin to CORS_ALLOW_ORIGIN"
        )
    }

    /// Browsers say where a request comes from (Fetch Metadata §2.3); old ones, and those that do not trust the
    /// connection, only send `Origin` (RFC 6454 §7).
    private func isFromElsewhere(_ head: HTTPRequestHead) -> Bool {
        if let site = head.header("sec-fetch-site") { return site != "same-origin" && site != "none" }
        guard let origin = head.header("origin") else { return false }
        let authority = origin.firstRange(of: "://").map { origin[$0.upperBound...] }
        return authority?.lowercased() != head.header("host")?.lowercased()
    }

    private func isAllowed(_ origin: String?) -> Bool {
        guard let origin, !origins.isEmpty else { return false }
        return origins.contains("*") || origins.contains(origin.lowercased())
    }

    /// Adds what lets a page of an allowed origin read the answer (Fetch §3.2.3), and what tells caches that answers
    /// differ by origin.
    func label(_ headers: inout HTTPHeaders, for head: HTTPRequestHead) {
        guard !origins.isEmpty else { return }
        headers.append("Vary", "Origin")
        guard let origin = head.header("origin"), isAllowed(origin) else { return }
        headers.append("Access-Control-Allow-Origin", origin)
        headers.append("Access-Control-Expose-Headers", Self.exposed)
    }

    /// Adds the answer to a preflight of an allowed origin (Fetch §4.8). Any field may be sent: none is trusted.
    func answerPreflight(_ headers: inout HTTPHeaders, for head: HTTPRequestHead, allowing methods: String) {
        guard isAllowed(head.header("origin")), head.header("access-control-request-method") != nil else { return }
        headers.append("Access-Control-Allow-Methods", methods)
        if let fields = head.header("access-control-request-headers") {
            headers.append("Access-Control-Allow-Headers", fields)
        }
        if head.header("access-control-request-private-network") == "true" {
            headers.append("Access-Control-Allow-Private-Network", "true")
        }
        headers.append("Access-Control-Max-Age", "600")
        headers.append("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
    }
}
