import HTTP
import JSON

extension HTTPResponse {
    /// An answer of more floats is streamed, so that its text is never in memory as a whole.
    private static let mostFloats = 256 << 10
    /// Bytes of a streamed answer's pieces.
    private static let piece = 64 << 10

    /// A JSON answer whose elements are written one by one, between what `start` and `end` write.
    /// - Parameter floats: how many numbers all of them hold together.
    static func elements(
        _ count: Int,
        floats: Int,
        start: @escaping @Sendable (inout JSONWriter) -> Void = { $0.open(UInt8(ascii: "[")) },
        element: @escaping @Sendable (inout JSONWriter, Int) -> Void,
        end: @escaping @Sendable (inout JSONWriter) -> Void = { $0.close(UInt8(ascii: "]")) }
    ) -> HTTPResponse {
        var response = HTTPResponse(.ok, headers: ["Content-Type": "application/json"])
        guard floats > Self.mostFloats else {
            var json = JSONWriter(capacity: 256 + floats * 12)
            start(&json)
            for index in 0..<count { element(&json, index) }
            end(&json)
            response.body = .bytes(json.bytes)
            return response
        }
        response.body = .stream { writer in
            var json = JSONWriter(capacity: Self.piece * 5 / 4)
            start(&json)
            for index in 0..<count {
                element(&json, index)
                if json.bytes.count >= Self.piece { try await writer.write(json.drain()) }
            }
            end(&json)
            try await writer.write(json.drain())
        }
        return response
    }
}
