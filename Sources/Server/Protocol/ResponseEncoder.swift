import HTTP

/// Writes answers as HTTP/1.1 messages (RFC 9112 §4, §6).
struct ResponseEncoder {
    /// How the body is framed.
    enum Framing: Equatable {
        /// No body and no length: 1xx, 204, 304.
        case none
        case length(Int)
        case chunked
        /// Ended by the end of the connection, for HTTP/1.0.
        case close
    }

    /// What of the request and its connection shapes the answer.
    struct Context {
        var isHead: Bool
        var minorVersion: Int
        var keepsAlive: Bool
    }

    private var date = DateField()
    /// The fields that every answer has.
    private var common: [UInt8]

    init() { common = Self.common(date) }

    mutating func updateDate() {
        if date.update() { common = Self.common(date) }
    }

    private static func common(_ date: DateField) -> [UInt8] {
        Array("\r\nServer: embed-star\r\nX-Content-Type-Options: nosniff\r\nDate: ".utf8) + date.bytes
    }

    static func framing(of response: HTTPResponse, _ context: Context) -> Framing {
        if response.status == .noContent || response.status == 304 { return .none }
        return switch response.body {
        case .empty: .length(0)
        case .bytes(let bytes): .length(bytes.count)
        case .stream: context.minorVersion > 0 ? .chunked : .close
        }
    }

    /// Appends the head, and the body if it is there as a whole.
    func encode(_ response: HTTPResponse, _ context: Context, into output: inout [UInt8]) {
        let framing = Self.framing(of: response, context)
        append(response.status, to: &output)
        output += common
        for field in response.headers.fields { append(field, to: &output) }
        if let id = response.requestID { append(requestID: id, to: &output) }
        append(framing, to: &output)
        if !context.keepsAlive || framing == .close {
            output.append("\r\nConnection: close")
        } else if context.minorVersion == 0 {
            output.append("\r\nConnection: keep-alive")
        }
        output.appendLineEnd()
        output.appendLineEnd()
        if case .bytes(let bytes) = response.body, !context.isHead, framing != .none { output += bytes }
    }

    /// Appends one chunk; nothing for no bytes, which would end the body.
    static func encodeChunk(_ bytes: [UInt8], into output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        output += String(bytes.count, radix: 16).utf8
        output.append("\r\n")
        output += bytes
        output.append("\r\n")
    }

    static func encodeLastChunk(into output: inout [UInt8]) { output.append("0\r\n\r\n") }

    static func encodeContinue(into output: inout [UInt8]) { output.append("HTTP/1.1 100 Continue\r\n\r\n") }

    private func append(_ status: HTTPStatus, to output: inout [UInt8]) {
        if status == .ok {
            output.append("HTTP/1.1 200 OK")
        } else if !(200...999).contains(status.code) {
            // Interim answers are the server's own; a responder that gives one is at fault.
            append(.internalServerError, to: &output)
        } else {
            output += "HTTP/1.1 \(status.code) \(status.reason)".utf8
        }
    }

    private func append(_ framing: Framing, to output: inout [UInt8]) {
        switch framing {
        case .none, .close: break
        case .length(let length):
            output.append("\r\nContent-Length: ")
            output.append(decimal: length)
        case .chunked: output.append("\r\nTransfer-Encoding: chunked")
        }
    }

    /// Appends a responder's field, unless it would break the message: framing is the server's own business, and no
    /// value may end its line.
    private func append(_ field: HTTPHeaders.Field, to output: inout [UInt8]) {
        let start = output.count
        output.appendLineEnd()
        output.append(field.name)
        let end = output.count
        output.append(UInt8(ascii: ":"))
        output.append(UInt8(ascii: " "))
        output.append(field.value)
        let isAllowed =
            Self.isAllowed(name: output.span.extracting(start + 2..<end))
            && Self.isAllowed(value: output.span.extracting(end + 2..<output.count))
        if !isAllowed { output.removeSubrange(start...) }
    }

    private func append(requestID: String, to output: inout [UInt8]) {
        let start = output.count
        output.append("\r\nX-Request-Id: ")
        let end = output.count
        output.append(requestID)
        if !Self.isAllowed(value: output.span.extracting(end..<output.count)) { output.removeSubrange(start...) }
    }

    private static func isAllowed(name: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in 0..<name.count where !ByteSet.token.contains(name[index]) { return false }
        return switch name.count {
        case 4: !name.isEqual("date")
        case 6: !name.isEqual("server")
        case 10: !name.isEqual("connection")
        case 14: !name.isEqual("content-length")
        case 17: !name.isEqual("transfer-encoding")
        case 22: !name.isEqual("x-content-type-options")
        default: true
        }
    }

    private static func isAllowed(value: Span<UInt8>) -> Bool {
        for index in 0..<value.count where !value[index].isText { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends the text's bytes in one piece where it keeps them so.
    mutating func append(_ text: String) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { append(contentsOf: $0) }
        if isDone == nil { append(contentsOf: text.utf8) }
    }

    mutating func appendLineEnd() {
        append(0x0D)
        append(0x0A)
    }

    mutating func append(decimal number: Int) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(0x30 + number % 10))
    }
}
