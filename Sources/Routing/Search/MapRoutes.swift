import EmbeddingCore
import HTTP
import JSON
import Logging

/// The repos as points on a plane.
struct MapRoutes: Sendable {
    private let source: any RepoMapSource

    init(_ services: ServiceDependencies) { source = services.map }

    var endpoints: [Endpoint] {
        [
            Endpoint(method: .get, template: "/map", access: .scope(.read), logLevel: .debug) { context in
                var fields = try context.query()
                try fields.finish()
                guard let map = source.latestMap() else { return Self.unfinished }
                return Self.response(map, to: context)
            }
        ]
    }

    private static let unfinished = HTTPResponse(
        .accepted,
        headers: ["Content-Type": "application/json", "Retry-After": "1", "Cache-Control": "no-store"],
        body: .bytes(Array(#"{"state":"computing"}"#.utf8))
    )

    private static func response(_ map: RepoMap, to context: RequestContext) -> HTTPResponse {
        let seesPrivate = context.caller.seesPrivate
        // Weak, because gzip makes other bytes of the same map (RFC 9110 §8.8.1).
        let tag = "W/\"\(map.version)\(seesPrivate ? "-private" : "")\""
        let headers: HTTPHeaders = ["ETag": tag, "Cache-Control": "private, no-cache"]
        if context.head.headers("if-none-match").contains(where: { EntityTags.list($0, names: tag) }) {
            return HTTPResponse(304, headers: headers)
        }
        let points = seesPrivate ? map.points : map.points.filter { !$0.isPrivate }
        let bytes = JSONWriter.object(capacity: 64 * points.count + 1024) { $0.write(points, map.regions) }
        var response = HTTPResponse(.ok, contentType: "application/json", bytes)
        for header in headers.fields { response.headers.append(header.name, header.value) }
        return response
    }
}

/// The condition `If-None-Match` (RFC 9110 §13.1.2).
enum EntityTags {
    /// Whether the field's value is `*` or names `tag`, compared weakly.
    static func list(_ value: String, names tag: String) -> Bool {
        let wanted = opaque(tag[...])
        return value.split(separator: ",").contains { element in
            let element = element.trimmingSpaces()
            return element == "*" || opaque(element[...]) == wanted
        }
    }

    private static func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
}

extension JSONWriter {
    /// Column by column, which is compact: languages are numbered, coordinates are whole numbers up to 9999.
    fileprivate mutating func write(_ points: [RepoMap.Point], _ regions: [RepoMap.Region]) {
        let languages = Self.languages(of: points)
        let numbers = Dictionary(uniqueKeysWithValues: languages.enumerated().map { ($1, $0) })
        member("state", "ready")
        member("languages", languages)
        column("x", points) { $0.integer(Int(($1.x * 9999).rounded())) }
        column("y", points) { $0.integer(Int(($1.y * 9999).rounded())) }
        column("language", points) { json, point in
            if let number = point.language.flatMap({ numbers[$0] }) { json.integer(number) } else { json.null() }
        }
        column("stars", points) { $0.integer($1.stars) }
        column("full_name", points) { $0.string($1.fullName) }
        key("regions")
        array { json in
            for region in regions {
                json.object {
                    $0.member("name", region.name)
                    $0.member("x", Int((region.x * 9999).rounded()))
                    $0.member("y", Int((region.y * 9999).rounded()))
                    $0.member("repos", region.repos)
                }
            }
        }
    }

    private mutating func column(
        _ name: StaticString,
        _ points: [RepoMap.Point],
        _ write: (inout JSONWriter, RepoMap.Point) -> Void
    ) {
        key(name)
        array { json in
            for point in points { write(&json, point) }
        }
    }

    /// Those of the points, the most frequent first.
    private static func languages(of points: [RepoMap.Point]) -> [String] {
        var counts: [String: Int] = [:]
        for point in points { if let language = point.language { counts[language, default: 0] += 1 } }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}
