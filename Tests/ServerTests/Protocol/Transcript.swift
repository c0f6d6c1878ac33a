import HTTP

@testable import Server

/// What the parser makes of some input, as text to compare: heads, bodies joined to one, ends, and the refusal.
func transcript(
    _ input: [UInt8],
    piece: (Int) -> Int = { _ in .max },
    limits: HTTPServerConfiguration.Limits = .init()
) -> [String] {
    var parser = RequestParser(limits: limits)
    var lines: [String] = []
    var body: [UInt8] = []
    var start = 0
    while start < input.count {
        let end = start + min(piece(start), input.count - start)
        let bytes = Array(input[start..<end])
        start = end
        var position = 0
        reading: while true {
            do throws(Refusal) {
                switch try parser.next(bytes.span, &position) {
                case .needsInput: break reading
                case .head(let message): lines.append(message.summary)
                case .announced: break
                case .body(let range): body += bytes[range]
                case .end:
                    if !body.isEmpty { lines.append("body \(String(decoding: body, as: UTF8.self))") }
                    body = []
                    lines.append("end")
                }
            } catch {
                return lines + ["refused \(error.rawValue)"]
            }
        }
    }
    return lines
}

func transcript(_ input: String) -> [String] { transcript(Array(input.utf8)) }

extension RequestMessage {
    var summary: String {
        var parts = [head.method.rawValue, head.rawPath]
        if !head.rawQuery.isEmpty { parts.append("?\(head.rawQuery)") }
        if minorVersion == 0 { parts.append("1.0") }
        if !keepsAlive { parts.append("close") }
        if expectsContinue { parts.append("expects") }
        if coding == .gzip { parts.append("gzip") }
        return parts.joined(separator: " ")
    }
}
