import FoundationEssentials
import HTTP
import HTTPClient
import Routing
import Server
import Settings

/// Asks a running embed-star over its own API.
struct ServiceClient {
    /// As people write it: a URL, or `unix:/path`.
    let baseURL: String
    private let socketPath: String?
    private let transport: any HTTPTransport
    /// A key of PRIVATE_SEARCH_KEYS sees what the operator may see, but it need not have any power.
    private let readingKey: String?
    private let commandKey: String?

    /// - Parameter server: the service's URL; nil for the one that the settings describe.
    init(server: String?, settings: SettingValues, transport: any HTTPTransport) {
        var base = server ?? settings[ClientSettings.url] ?? Self.address(settings)
        while base.hasSuffix("/") { base.removeLast() }
        baseURL = base
        socketPath = base.hasPrefix("unix:") ? String(base.dropFirst(5)) : nil
        self.transport = transport
        let keys = APIKeys(settings)
        let own = settings[ClientSettings.key]
        readingKey = own ?? (keys.privateSearch + keys.all + keys.read).first
        commandKey = own ?? keys.all.first
    }

    /// Where health and metrics are.
    static func monitoringAddress(_ settings: SettingValues) -> String {
        address(settings, port: ServerSettings.hasMonitoringPort(settings) ? ServerSettings.monitoringPort : nil)
    }

    /// Where the service of these settings is reached from this machine.
    /// - Parameter port: the setting that names the port, when it is not `PORT`.
    static func address(_ settings: SettingValues, port: Setting<Int?>? = nil) -> String {
        let host = settings[ServerSettings.host]
        if host.hasPrefix("unix:") { return host }
        let reachable = ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
        let bracketed = reachable.contains(":") ? "[\(reachable)]" : reachable
        return "http://\(bracketed):\(port.flatMap { settings[$0] } ?? settings[ServerSettings.port])"
    }

    /// The answer to a GET, decoded, and its bytes.
    /// - Throws: `ServiceError`.
    func get<Answer: Decodable>(_ path: String, query: [(String, String?)] = []) async throws -> (Answer, [UInt8]) {
        let bytes = try await send("GET", path, query: query)
        return (try Self.decode(bytes), bytes)
    }

    /// The body of the answer to a request that the service accepted.
    /// - Parameter json: the body of the request; nil for none.
    /// - Throws: `ServiceError`.
    @discardableResult
    func send(
        _ method: String,
        _ path: String,
        query: [(String, String?)] = [],
        json: (any Encodable)? = nil
    ) async throws -> [UInt8] {
        let parameters = query.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        let target = parameters.isEmpty ? path : "\(path)?\(parameters.joined(separator: "&"))"
        var request = HTTPClientRequest(method, (socketPath == nil ? baseURL : "http://localhost") + target)
        request.socketPath = socketPath
        if let key = method == "GET" ? readingKey : commandKey {
            request.headers.append(("Authorization", "Bearer \(key)"))
        }
        if let json {
            request.headers.append(("Content-Type", "application/json"))
            request.body = Array(try JSONEncoder().encode(json))
        }
        let response: HTTPClientResponse
        do { response = try await transport.send(request) } catch {
            throw ServiceError(
                "no answer from \(baseURL): \(error.message)\n"
                    + "start it with `embed-star serve`, or name it with --server"
            )
        }
        guard (200..<300).contains(response.status) else { throw Self.refusal(response) }
        return response.body
    }

    /// - Throws: `ServiceError` when the answer is not what was expected.
    static func decode<Answer: Decodable>(_ bytes: [UInt8]) throws -> Answer {
        do { return try JSONDecoder().decode(Answer.self, from: Data(bytes)) } catch {
            throw ServiceError("the answer is not from an embed-star of this version; check --server")
        }
    }

    private static func refusal(_ response: HTTPClientResponse) -> ServiceError {
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body))
        let faults = problem?.errors?.compactMap(\.detail) ?? []
        let words = problem?.detail ?? problem?.title ?? "the service answered \(response.status)\(response.way)"
        return ServiceError(([words] + faults).joined(separator: "\n"), status: response.status)
    }

    /// RFC 9457.
    private struct Problem: Decodable {
        struct Fault: Decodable {
            var detail: String?
        }

        var title: String?
        var detail: String?
        var errors: [Fault]?
    }
}
