import Testing

@testable import Server

/// A request that is refused.
struct RefusedSample: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var refusal: Refusal

    init(_ refusal: Refusal, _ name: String, _ text: String) {
        self.name = name
        bytes = Array(text.utf8)
        self.refusal = refusal
    }

    /// A GET with these lines beside its host.
    init(_ refusal: Refusal, field name: String, _ lines: String) {
        self.init(refusal, name, "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n")
    }

    /// A chunked body.
    init(_ refusal: Refusal, chunks name: String, _ body: String) {
        self.init(refusal, name, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
    }

    var testDescription: String { name }

    static let all = requestLines + targets + hosts + fields + framing + chunks + others

    static let requestLines = [
        RefusedSample(.malformedRequestLine, "no version", "GET /\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a method alone", "GET\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "no target", "GET  HTTP/1.1\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a tab after the method", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a delimiter in the method", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a colon first", ":GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a control character", "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "NUL", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "DEL", "GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a lone LF", "GET / HTTP/1.1\nHost: a\n\n"),
        RefusedSample(.malformedRequestLine, "a lone CR", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "LF before the request", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "many empty lines", String(repeating: "\r\n", count: 9)),
        RefusedSample(.malformedRequestLine, "a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\0\u{1}"),
        RefusedSample(.malformedRequestLine, "a version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a major version of two digits", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a version without a minor", "GET / HTTP/1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a version with a letter", "GET / HTTP/1.x\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "a negative version", "GET / HTTP/-1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "another protocol", "GET / HTCP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedRequestLine, "something after the version", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n"),
        RefusedSample(.unsupportedVersion, "HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
        RefusedSample(.unsupportedVersion, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        RefusedSample(.connectNotAllowed, "CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.connectNotAllowed, "CONNECT to a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.connectNotAllowed, "CONNECT to *", "CONNECT * HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.connectNotAllowed, "CONNECT to anything", "CONNECT a#%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.unknownMethod, "connect in small letters", "connect / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.unknownMethod, "an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.unknownMethod, "a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.unknownMethod, "a method of WebDAV", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let targets = [
        RefusedSample(.malformedTarget, "a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "bytes past ASCII", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "a cut escape", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "a wrong escape", "GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "an escaped NUL", "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "a wrong escape in the query", "GET /?a=% HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "* for another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "authority-form", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "a relative path", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "absolute-form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedSample(.malformedTarget, "absolute-form with userinfo", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let hosts = [
        RefusedSample(.invalidHost, "no host", "GET / HTTP/1.1\r\n\r\n"),
        RefusedSample(.invalidHost, "no host for an unknown method", "BREW / HTTP/1.1\r\n\r\n"),
        RefusedSample(.invalidHost, "no host in absolute-form", "GET http://a/ HTTP/1.1\r\n\r\n"),
        RefusedSample(.invalidHost, "an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        RefusedSample(.invalidHost, "an empty host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: \r\n\r\n"),
        RefusedSample(.invalidHost, "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        RefusedSample(.invalidHost, "two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        RefusedSample(.invalidHost, "userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        RefusedSample(.invalidHost, "a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        RefusedSample(.invalidHost, "a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        RefusedSample(.invalidHost, "a list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
        RefusedSample(.invalidHost, "a port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
        RefusedSample(.invalidHost, "a port with a letter", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
        RefusedSample(.invalidHost, "a port too high", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
        RefusedSample(.invalidHost, "two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n"),
        RefusedSample(.invalidHost, "an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        RefusedSample(.invalidHost, "empty brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n"),
        RefusedSample(.invalidHost, "letters after brackets", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"),
        RefusedSample(.invalidHost, "a wrong escape", "GET / HTTP/1.1\r\nHost: a%2\r\n\r\n"),
    ]

    static let fields = [
        RefusedSample(.malformedField, field: "no colon", "X"),
        RefusedSample(.malformedField, field: "no name", ": x"),
        RefusedSample(.malformedField, field: "a space before the colon", "X : y"),
        RefusedSample(.malformedField, field: "a tab before the colon", "X\t: y"),
        RefusedSample(.malformedField, field: "a space in the name", "X Y: z"),
        RefusedSample(.malformedField, field: "a delimiter in the name", "X{: y"),
        RefusedSample(.malformedField, field: "bytes past ASCII in the name", "é: y"),
        RefusedSample(.malformedField, field: "a folded line", "X: y\r\n z"),
        RefusedSample(.malformedField, field: "a line folded with a tab", "X: y\r\n\tz"),
        RefusedSample(.malformedField, "a blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        RefusedSample(.malformedField, field: "NUL in a value", "X: a\0b"),
        RefusedSample(.malformedField, field: "NUL in a name", "X\0: a"),
        RefusedSample(.malformedField, field: "a control character in a value", "X: a\u{8}b"),
        RefusedSample(.malformedField, field: "DEL in a value", "X: a\u{7F}"),
        RefusedSample(.malformedField, field: "a lone CR in a value", "X: a\rb"),
        RefusedSample(.malformedField, field: "a lone LF after a value", "X: a\nY: b"),
        RefusedSample(.malformedField, field: "a lone LF at the end", "X: a\r\n\n"),
        RefusedSample(.malformedField, field: "a lone CR at the end", "X: a\r\n\rX"),
    ]

    static let framing = [
        RefusedSample(
            .conflictingFraming,
            field: "length and chunks",
            "Content-Length: 3\r\nTransfer-Encoding: chunked"
        ),
        RefusedSample(
            .conflictingFraming,
            field: "chunks and length",
            "Transfer-Encoding: chunked\r\nContent-Length: 3"
        ),
        RefusedSample(.invalidContentLength, field: "two lengths", "Content-Length: 3\r\nContent-Length: 4"),
        RefusedSample(.invalidContentLength, field: "two equal lengths", "Content-Length: 3\r\nContent-Length: 3"),
        RefusedSample(.invalidContentLength, field: "a list of lengths", "Content-Length: 3, 3"),
        RefusedSample(.invalidContentLength, field: "a positive length", "Content-Length: +3"),
        RefusedSample(.invalidContentLength, field: "a negative length", "Content-Length: -3"),
        RefusedSample(.invalidContentLength, field: "no length", "Content-Length:"),
        RefusedSample(.invalidContentLength, field: "a blank length", "Content-Length: \t "),
        RefusedSample(.invalidContentLength, field: "a blank in the length", "Content-Length: 1 2"),
        RefusedSample(.invalidContentLength, field: "a hexadecimal length", "Content-Length: 0x3"),
        RefusedSample(.invalidContentLength, field: "a broken length", "Content-Length: 3.0"),
        RefusedSample(.invalidContentLength, field: "a length with an exponent", "Content-Length: 1e3"),
        RefusedSample(.invalidContentLength, field: "a length past 64 bits", "Content-Length: 18446744073709551619"),
        RefusedSample(.invalidContentLength, field: "a length past the sign", "Content-Length: 9223372036854775808"),
        RefusedSample(.invalidTransferEncoding, field: "another coding", "Transfer-Encoding: gzip"),
        RefusedSample(.invalidTransferEncoding, field: "two codings", "Transfer-Encoding: gzip, chunked"),
        RefusedSample(.invalidTransferEncoding, field: "chunked twice", "Transfer-Encoding: chunked, chunked"),
        RefusedSample(.invalidTransferEncoding, field: "identity", "Transfer-Encoding: identity"),
        RefusedSample(.invalidTransferEncoding, field: "no coding", "Transfer-Encoding:"),
        RefusedSample(.invalidTransferEncoding, field: "quoted", "Transfer-Encoding: \"chunked\""),
        RefusedSample(.invalidTransferEncoding, field: "a parameter", "Transfer-Encoding: chunked;q=1"),
        RefusedSample(.invalidTransferEncoding, field: "a comma first", "Transfer-Encoding: ,chunked"),
        RefusedSample(.invalidTransferEncoding, field: "a comma last", "Transfer-Encoding: chunked,"),
        RefusedSample(.invalidTransferEncoding, field: "a letter more", "Transfer-Encoding: xchunked"),
        RefusedSample(
            .invalidTransferEncoding,
            field: "two fields",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
        ),
        RefusedSample(.invalidTransferEncoding, "HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        RefusedSample(.malformedField, field: "a vertical tab", "Transfer-Encoding: \u{B}chunked"),
        RefusedSample(.malformedField, field: "a blank before the colon", "Transfer-Encoding : chunked"),
    ]

    static let chunks = [
        RefusedSample(.malformedChunk, chunks: "no size", "\r\nabc\r\n0\r\n\r\n"),
        RefusedSample(.malformedChunk, chunks: "a size that is no number", "x\r\n"),
        RefusedSample(.malformedChunk, chunks: "a size with 0x", "0x3\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a negative size", "-3\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a positive size", "+3\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a blank before the size", " 3\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a blank after the size", "3 \r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "an underscore in the size", "1_0\r\n"),
        RefusedSample(.malformedChunk, chunks: "a size past 64 bits", "10000000000000003\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a size past the sign", "8000000000000003\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a lone LF after the size", "3\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "a lone CR after the size", "3\rabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "nothing after the data", "3\r\nabc0\r\n\r\n"),
        RefusedSample(.malformedChunk, chunks: "a lone LF after the data", "3\r\nabc\n0\r\n\r\n"),
        RefusedSample(.malformedChunk, chunks: "a lone CR after the data", "3\r\nabc\r0\r\n\r\n"),
        RefusedSample(.malformedChunk, chunks: "more data than told", "3\r\nabcd\r\n0\r\n\r\n"),
        RefusedSample(.malformedChunk, chunks: "an empty extension", "3;\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "an extension without a name", "3;=b\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "an extension without a value", "3;a=\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "LF in an extension", "3;a\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "CR in an extension", "3;a\rb\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "LF in a quoted extension", "3;a=\"\n\"\r\nabc\r\n"),
        RefusedSample(.malformedChunk, chunks: "NUL in an extension", "3;a\0\r\nabc\r\n"),
        RefusedSample(.malformedField, chunks: "a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
        RefusedSample(.malformedField, chunks: "a trailer without a colon", "0\r\nX\r\n\r\n"),
        RefusedSample(.malformedField, chunks: "a lone LF at the end", "0\r\n\n"),
        RefusedSample(.malformedField, chunks: "something after the last chunk", "0\r\nGET / HTTP/1.1\r\n\r\n"),
    ]

    static let others = [
        RefusedSample(.unmetExpectation, field: "another expectation", "Expect: tea"),
        RefusedSample(.unmetExpectation, field: "two expectations", "Expect: 100-continue, tea"),
    ]
}
