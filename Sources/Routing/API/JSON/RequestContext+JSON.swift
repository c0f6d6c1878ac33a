import HTTP
import JSON

extension RequestContext {
    /// The body as JSON.
    /// - Throws: `APIError` 400.
    func json() throws -> JSONValue {
        let bytes = bytes
        guard !bytes.isEmpty else { throw APIError.badRequest("a JSON body is required") }
        do { return try JSONValue(bytes) } catch {
            throw APIError.badRequest("the body is not valid JSON: \(error)")
        }
    }

    /// The body as a JSON object.
    /// - Throws: `APIError` 400.
    func object() throws -> JSONValue {
        let json = try json()
        try json.requireObject()
        return json
    }

    /// The query's parameters, for reading one by one.
    /// - Throws: `APIError` 400.
    func query() throws -> FieldReader { FieldReader(query: try QueryItems(head)) }

    /// One parameter among others that do not matter; false without it.
    /// - Throws: `APIError` 400.
    func flag(_ name: String) throws -> Bool {
        guard !head.queryRange.isEmpty else { return false }
        switch try QueryItems(head).values[name] {
        case nil, "false": return false
        case "true": return true
        default: throw APIError.badRequest("\(name) must be true or false", parameter: name)
        }
    }
}

extension HTTPResponse {
    /// An answer of one JSON object.
    static func json(_ status: HTTPStatus = .ok, _ members: (inout JSONWriter) -> Void) -> HTTPResponse {
        HTTPResponse(status, contentType: "application/json", JSONWriter.object(members))
    }
}
