import FoundationEssentials
import HTTPClient
import Routing
import Server
import Settings

/// Asks a running embed-star over its own API.
struct ServiceClient {
    let baseURL: String
    let transport: any HTTPTransport
    private let key: String?

    /// - Parameter server: the service's URL; nil for the one that the settings describe.
    init(server: String?, settings: SettingValues, transport: any HTTPTransport) {
        let host = settings[ServerSettings.host]
        let reachable = ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
        let bracketed = reachable.contains(":") ? "[\(reachable)]" : reachable
        var base = server ?? "http://\(bracketed):\(settings[ServerSettings.port])"
        while base.hasSuffix("/") { base.removeLast() }
        baseURL = base
        self.transport = transport
        // It only reads, and a key of PRIVATE_SEARCH_KEYS sees what the operator may see.
        let keys = APIKeys(settings)
        key = (keys.privateSearch + keys.all + keys.read).first
    }

    /// The answer to a GET, decoded.
    /// - Throws: `ServiceError`.
    func get<Answer: Decodable>(_ path: String, query: [(String, String?)] = []) async throws -> (Answer, [UInt8]) {
        let parameters = query.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        let target = parameters.isEmpty ? path : "\(path)?\(parameters.joined(separator: "&"))"
        var request = HTTPClientRequest("GET", baseURL + target)
        if let key { request.headers.append(("Authorization", "Bearer \(key)")) }
        let response: HTTPClientResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw ServiceError(
                "no answer from \(baseURL): \(error.message)\nstart it with `embed-star serve`, or name it with --server"
            )
        }
        return (try Self.decode(response), response.body)
    }

    private static func decode<Answer: Decodable>(_ response: HTTPClientResponse) throws -> Answer {
        if let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) { return answer }
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body))
        throw ServiceError(problem?.detail ?? problem?.title ?? "the service answered \(response.status)")
    }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}

/// Why a running service gave no usable answer, for people.
struct ServiceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
