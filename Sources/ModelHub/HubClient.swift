import DateTime
import HTTP
package import HTTPClient
import Retry

/// The hub's HTTP interface: what a model is made of, and the bytes of its files. The token goes to the hub's own origin
/// alone, wherever a redirect leads. Requests that may succeed later are sent again.
package struct HubClient: Sendable {
    private static let mostRedirects = 5
    private static let largestDescription = 16 << 20
    private static let tries = 5

    /// Without a slash at its end.
    let endpoint: String
    private let token: String?
    private let transport: any HTTPTransport
    private let backoff: Backoff

    /// - Parameter firstPause: before the second try, at most; doubles.
    package init(
        endpoint: String,
        token: String?,
        transport: any HTTPTransport,
        firstPause: Duration = .milliseconds(500)
    ) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.token = token
        self.transport = transport
        backoff = Backoff(base: firstPause, longest: .seconds(8))
    }

    /// - Throws: `.notFound`, `.gated`, `.unauthorized`, `.unavailable`, `.badResponse`.
    func repository(_ reference: ModelReference) async throws(HubError) -> HubRepository {
        let revision = reference.revision.split(separator: "/").joined(separator: "%2F")
        let url = "\(endpoint)/api/models/\(reference.id)/revision/\(revision)?blobs=true"
        let answer = try await send(url, of: reference, limit: Self.largestDescription)
        guard answer.response.status == 200 else { throw refusal(answer.response, of: reference) }
        return try HubRepository(answer.response.body, of: reference)
    }

    /// Bytes of a file, and what the hub says of the whole.
    struct Piece {
        /// Where the bytes begin; nil when the file came whole though a part was asked for.
        var start: Int?
        var bytes: [UInt8]
        /// Of the whole file.
        var size: Int?
        var digest: FileDigest?
    }

    /// Fetches bytes of a file at a commit; fewer come when it ends before.
    /// - Parameter limit: the longest body that is taken.
    /// - Throws: as `repository`; `.unsupported` when a body is longer than `limit`.
    func piece(
        of path: String,
        _ range: Range<Int>?,
        limit: Int,
        commit: String,
        _ reference: ModelReference
    ) async throws(HubError) -> Piece {
        let url = "\(endpoint)/\(reference.id)/resolve/\(commit)/\(PercentEncoding.encode(path: path))"
        // A coding would make the places of bytes those of another content (RFC 9110 §14.1.2).
        var headers = [(name: "Accept-Encoding", value: "identity")]
        if let range { headers.append(("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")) }
        let answer = try await send(url, of: reference, headers: headers, limit: limit)
        var piece = Piece(start: nil, bytes: answer.response.body, size: answer.size, digest: answer.digest)
        switch answer.response.status {
        case 200: piece.size = piece.size ?? piece.bytes.count
        case 206:
            guard let place = ContentRange(answer.response.header("Content-Range") ?? "") else {
                throw HubError(.badResponse, "the hub returned a part of \(path) without a Content-Range")
            }
            piece.start = place.start
            piece.size = piece.size ?? place.total
        // Nothing is left of the file: its size stands after the slash (RFC 9110 §15.5.17).
        case 416:
            let total = answer.response.header("Content-Range")?.split(separator: "/").last.flatMap { Int($0) }.flatMap(
                HubFile.size
            )
            piece = Piece(start: range?.lowerBound, bytes: [], size: answer.size ?? total, digest: answer.digest)
        default: throw refusal(answer.response, of: reference)
        }
        return piece
    }

    /// An answer after all redirects, with what was said of a file on the way.
    private struct Answer {
        var response: HTTPClientResponse
        var size: Int?
        var digest: FileDigest?
    }

    private func send(
        _ url: String,
        of reference: ModelReference,
        headers: [(name: String, value: String)] = [],
        limit: Int
    ) async throws(HubError) -> Answer {
        var random = SystemRandomNumberGenerator()
        for attempt in 1... {
            var pause = backoff.delay(ofAttempt: attempt, random: &random)
            do throws(HubError) {
                let answer = try await follow(url, of: reference, headers: headers, limit: limit)
                guard Self.mayBeTriedAgain(answer.response.status), attempt < Self.tries else { return answer }
                if let wanted = RetryAfter.duration(in: answer.response, now: { Timestamp.now.secondsSince1970 }) {
                    pause = min(wanted, .seconds(60))
                }
            } catch {
                guard error.code == .unavailable, attempt < Self.tries else { throw error }
            }
            do { try await Task.sleep(for: pause) } catch { throw HubError(.cancelled, "interrupted") }
        }
        preconditionFailure("the last try returns or throws")
    }

    /// One try, by way of all redirects.
    private func follow(
        _ url: String,
        of reference: ModelReference,
        headers: [(name: String, value: String)],
        limit: Int
    ) async throws(HubError) -> Answer {
        var target = url
        var size: Int?
        var digest: FileDigest?
        for _ in 0...Self.mostRedirects {
            let response = try await get(target, headers: headers, limit: limit)
            if Self.isSameOrigin(target, endpoint) {
                size = response.header("X-Linked-Size").flatMap { Int($0) }.flatMap(HubFile.size) ?? size
                digest =
                    (response.header("X-Linked-Etag") ?? response.header("ETag")).flatMap(FileDigest.init) ?? digest
            }
            guard (301...303).contains(response.status) || (307...308).contains(response.status) else {
                return Answer(response: response, size: size, digest: digest)
            }
            guard let location = response.header("Location"), let next = Redirection.target(location, of: target)
            else {
                throw HubError(.badResponse, "the hub's redirect for \(reference) has no usable target")
            }
            target = next
        }
        throw HubError(.badResponse, "the hub redirects endlessly for \(reference)")
    }

    private func get(
        _ url: String,
        headers: [(name: String, value: String)],
        limit: Int
    ) async throws(HubError) -> HTTPClientResponse {
        var request = HTTPClientRequest(
            "GET",
            url,
            headers: headers,
            timeouts: HTTPClientTimeouts(connect: .seconds(20), firstByte: .seconds(60), total: .seconds(600)),
            maxResponseBytes: limit
        )
        if let token, Self.isSameOrigin(url, endpoint) { request.headers.append(("Authorization", "Bearer \(token)")) }
        do { return try await transport.send(request) } catch {
            switch error.code {
            case .cancelled, .shutdown: throw HubError(.cancelled, "interrupted")
            case .tooLarge: throw HubError(.unsupported, error.message)
            default:
                let reason = "cannot be reached or dropped the connection: \(error.message)"
                throw HubError(.unavailable, "\(endpoint) \(reason)")
            }
        }
    }

    private static func mayBeTriedAgain(_ status: Int) -> Bool {
        status == 408 || status == 429 || (500...599).contains(status)
    }

    /// Scheme, host and port are the same.
    private static func isSameOrigin(_ left: String, _ right: String) -> Bool {
        Redirection.origin(of: left) == Redirection.origin(of: right)
    }

    /// What an answer that is no file means. The hub says it in `X-Error-Code`.
    private func refusal(_ response: HTTPClientResponse, of reference: ModelReference) -> HubError {
        let way = token == nil ? "set HF_TOKEN" : "HF_TOKEN may not read it"
        switch (response.header("X-Error-Code") ?? "", response.status) {
        case ("GatedRepo", _):
            return HubError(
                .gated,
                "the model \(reference.id) is gated: accept its terms at \(endpoint)/\(reference.id), and "
                    + (token == nil ? "set HF_TOKEN to a token of that account" : "use an HF_TOKEN of that account")
            )
        case ("RevisionNotFound", _):
            return HubError(.notFound, "the model \(reference.id) has no revision \(reference.revision)")
        case ("EntryNotFound", _):
            return HubError(.badResponse, "the hub lists a file of \(reference) that it does not have")
        case ("RepoNotFound", _), (_, 404):
            return HubError(.notFound, "there is no model \(reference.id) at \(endpoint), or it is private: \(way)")
        case (_, 401) where token != nil: return HubError(.unauthorized, "\(endpoint) rejects HF_TOKEN")
        case (_, 401), (_, 403):
            return HubError(
                .unauthorized,
                "\(endpoint) does not give access to \(reference.id), which is missing or private: \(way)"
            )
        case (_, 429): return HubError(.unavailable, "\(endpoint) limits requests; try again later, or set HF_TOKEN")
        default: return HubError(.unavailable, "\(endpoint) answers \(response.status) for \(reference)\(response.way)")
        }
    }
}
