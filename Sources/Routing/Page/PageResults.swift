import EmbeddingCore
import EventLoop
import HTTP
import JSON

/// The page with what its address asks for already found: HTML for browsers without scripts, and for the page's script
/// the answer that it would ask for.
struct PageResults: Sendable {
    /// How long a page keeps its reader waiting for what it shows; then it comes without, and the script asks itself.
    private static let patience = Duration.seconds(2)

    let search: any RepoSearch
    let template: PageTemplate
    let headers: HTTPHeaders

    func answer(_ place: PagePlace, _ context: RequestContext) async -> HTTPResponse {
        var values = Self.form(place)
        do {
            guard context.caller.scopes.contains(.read) else { throw Self.closed }
            let found = try await TimeLimit.run(Self.patience, or: APIError.late) {
                try await place.find(in: search, context.caller)
            }
            values["found"] = ResultList(answer: found, place: place).html
            values["given"] = Self.script(found, context.elapsed)
        } catch {
            let known = APIError(error) ?? .unexpected
            let reasons = known.fields.isEmpty ? [known.detail] : known.fields.map(\.detail)
            values["found"] = reasons.map { "<p class=\"bad\">\($0.escapedForHTML).</p>" }.joined()
        }
        return HTTPResponse(.ok, headers: headers, body: .bytes(template.filled(values)))
    }

    private static let closed = APIError(
        .unauthorized,
        .authentication,
        "Nothing was searched for: this service asks for a key, or was asked too often. "
            + "A page without JavaScript cannot show a key; programs can"
    )

    /// The form says what was asked for.
    private static func form(_ place: PagePlace) -> [String: String] {
        var values = place.items.values.mapValues(\.escapedForHTML)
        values["title"] = "\(place.title.escapedForHTML) – "
        if let mode = place["mode"].flatMap(SearchMode.init) { values["is_\(mode.rawValue)"] = " selected" }
        if (PagePlace.filters + ["mode"]).contains(where: { place[$0] != nil }) { values["open"] = " open" }
        return values
    }

    /// JSON that can stand in a script element (HTML §4.12.1.3).
    private static func script(_ answer: SearchAnswer, _ took: Duration) -> String {
        let json = JSONWriter.object { json in
            answer.write(to: &json)
            json.member("took_ms", took.milliseconds)
        }
        // Byte by byte: some scalars make one character of themselves and of what follows them.
        let parts = json.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false)
        return String(decoding: Array(parts.joined(separator: Array("\\u003C".utf8))), as: UTF8.self)
    }
}
