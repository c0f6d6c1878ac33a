import HTTP

/// `POST /v1/embeddings` in OpenAI's dialect: as many vectors as there are strings in `input`, all the same one in
/// base64. Made to cost next to nothing, so that what is measured through embed-star is embed-star.
struct FakeResponder: RequestResponder {
    private static let end = Array(#""}],"model":"fake","usage":{"prompt_tokens":1,"total_tokens":1}}"#.utf8)
    private static let ok = HTTPResponse(.ok, contentType: "text/plain; charset=utf-8", Array("ok".utf8))

    /// The base64 of the vector.
    private let vector: [UInt8]
    /// How long each answer takes; nil for at once.
    private let delay: Duration?

    /// - Parameter dimensions: of the vector; its length is one.
    init(dimensions: Int, delay: Duration?) {
        let value = 1 / Float(dimensions).squareRoot()
        let bytes = (0..<dimensions).flatMap { index -> [UInt8] in
            let signed = index.isMultiple(of: 3) ? -value : value
            return withUnsafeBytes(of: signed.bitPattern.littleEndian) { Array($0) }
        }
        vector = Self.base64(bytes)
        self.delay = delay
    }

    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { .collect(limit: 64 << 20) }

    func answer(to request: HTTPRequest) -> HTTPAnswer {
        if request.head.method != .post { return .now(Self.ok) }
        guard let delay else { return .now(vectors(for: request)) }
        return .later {
            try? await Task.sleep(for: delay)
            return vectors(for: request)
        }
    }

    private func vectors(for request: HTTPRequest) -> HTTPResponse {
        guard case .bytes(let body) = request.body else { return HTTPResponse(.badRequest) }
        let count = Self.inputs(in: body)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * (vector.count + 64) + 128)
        bytes += #"{"object":"list","data":["#.utf8
        for index in 0..<count {
            bytes += index == 0 ? #"{"object":"embedding","index":"#.utf8 : #""},{"object":"embedding","index":"#.utf8
            bytes += index.description.utf8
            bytes += #","embedding":""#.utf8
            bytes += vector
        }
        bytes += Self.end
        return HTTPResponse(.ok, contentType: "application/json", bytes)
    }

    /// How many strings stand in `input`; one when it is no array. The body is taken to be JSON.
    private static func inputs(in body: [UInt8]) -> Int {
        let name = Array(#""input":"#.utf8)
        return body.withUnsafeBufferPointer { bytes in
            var index = 0
            while index + name.count < bytes.count, !bytes[index...].starts(with: name) { index += 1 }
            index += name.count
            while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
            guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else { return 1 }
            var count = 0
            var isInside = false
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\\") where isInside: index += 1
                case UInt8(ascii: "\""):
                    isInside.toggle()
                    if isInside { count += 1 }
                case UInt8(ascii: "]") where !isInside: return count
                default: break
                }
                index += 1
            }
            return count
        }
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let piece = Array(bytes[start..<min(start + 3, bytes.count)])
            let bits = piece.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << (16 - 8 * UInt32($1.offset)) }
            for place in 0..<4 {
                let isFilled = place <= piece.count
                text.append(isFilled ? alphabet[Int(bits >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
            }
        }
        return text
    }
}
