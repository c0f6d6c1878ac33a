import Crypto
import EmbeddingCore
import HTTP
import JSON
import Logging

/// `POST /webhooks/github`: signed by GitHub over the raw body, so that no API key is needed.
struct WebhookRoutes: Sendable {
    private static let bodyLimit = 25 << 20
    /// GitHub delivers again on request for three days.
    private static let retention = Duration.seconds(4 * 86_400)

    private let secrets: @Sendable () -> [String]
    private let handler: GitHubEventHandler
    private let deliveries: IdempotentWork
    private let logger: Logger

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        secrets = configuration.webhookSecrets
        handler = GitHubEventHandler(store: services.repos, pipeline: services.pipeline)
        logger = services.logger
        deliveries = IdempotentWork(
            timeLimit: configuration.requestTimeout,
            store: services.idempotency,
            retention: Self.retention
        )
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .post,
                template: "/webhooks/github",
                access: .open,
                consumes: .jsonOrForm,
                bodyLimit: Self.bodyLimit,
                checkHead: { head in
                    guard !secrets().isEmpty else { throw Self.isOff }
                    guard Self.signature(head) != nil else { throw Self.unsigned }
                },
                handle: receive
            )
        ]
    }

    @Sendable
    private func receive(_ context: RequestContext) async throws -> HTTPResponse {
        guard let signature = Self.signature(context.head),
            secrets().contains(where: {
                let key = SymmetricKey(data: Array($0.utf8))
                return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: context.bytes, using: key)
            })
        else { throw Self.unsigned }
        guard let event = context.head.header("x-github-event"), event.utf8.count <= 64 else {
            throw APIError.badRequest("the header X-GitHub-Event is missing")
        }
        guard let delivery = context.head.header("x-github-delivery"), (1...64).contains(delivery.utf8.count) else {
            throw APIError.badRequest("the header X-GitHub-Delivery is missing")
        }
        let payload = try payload(context)
        if event == "ping" { return .json { $0.member("result", "pong") } }
        let done = try await deliveries.perform("github:\(delivery)") { try await handler.handle(event, payload) }
        log(event, payload, delivery, done.isRepeated ? "repeated" : done.answer)
        return done.isRepeated
            ? .json { $0.member("result", "this delivery has been handled already") }
            : .json(.accepted) { $0.member("result", done.answer) }
    }

    private func log(_ event: String, _ payload: JSONValue, _ delivery: String, _ result: String) {
        var metadata: Logger.Metadata = ["delivery": "\(delivery)", "result": "\(result)"]
        if let repo = payload["repository"]?["full_name"]?.string { metadata["repo"] = "\(repo.utf8Prefix(200))" }
        let action = payload["action"]?.string.map { ".\($0.utf8Prefix(64))" } ?? ""
        logger.info("webhook \(event)\(action)", metadata: metadata)
    }

    private static let isOff = APIError(
        .forbidden,
        .authentication,
        "webhooks are off: no GITHUB_WEBHOOK_SECRET is configured"
    )
    private static let unsigned = APIError(
        .unauthorized,
        .authentication,
        "the signature X-Hub-Signature-256 is missing or wrong"
    )

    /// The code in `X-Hub-Signature-256`, made over the body as it came; CryptoKit compares in constant time. Nil when it
    /// cannot be one.
    private static func signature(_ head: HTTPRequestHead) -> [UInt8]? {
        let prefix = "sha256="
        guard let header = head.header("x-hub-signature-256"), header.hasPrefix(prefix) else { return nil }
        return bytes(ofHex: header.utf8.dropFirst(prefix.utf8.count))
    }

    private static func bytes(ofHex digits: Substring.UTF8View) -> [UInt8]? {
        guard digits.count == 2 * SHA256.byteCount else { return nil }
        let values = digits.compactMap(PercentEncoding.digit)
        guard values.count == digits.count else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// The event's object, of which only what is looked at is kept.
    private func payload(_ context: RequestContext) throws -> JSONValue {
        let type = context.head.header("content-type").flatMap { MediaType.parse($0)?.type }
        let isForm = type?.subtype == "x-www-form-urlencoded"
        guard let bytes = isForm ? Self.formPayload(context.bytes) : context.bytes else {
            throw APIError.badRequest("the form has no readable payload field")
        }
        do { return try JSONValue(bytes, keeping: GitHubEventHandler.members) } catch {
            throw APIError.badRequest("the payload is not valid JSON: \(error)")
        }
    }

    private static func formPayload(_ form: [UInt8]) -> [UInt8]? {
        let name = Array("payload=".utf8)
        for field in form.split(separator: UInt8(ascii: "&")) where field.starts(with: name) {
            return field.dropFirst(name.count).withUnsafeBufferPointer {
                PercentEncoding.decodeBytes($0, plusIsSpace: true)
            }
        }
        return nil
    }
}
