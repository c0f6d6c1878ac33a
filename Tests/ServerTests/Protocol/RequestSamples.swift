import Testing

/// A request as it goes over the wire, and what is to become of it.
struct RequestSample: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var expected: [String]

    init(_ name: String, _ text: String, _ expected: String...) {
        self.name = name
        bytes = Array(text.utf8)
        self.expected = expected
    }

    var testDescription: String { name }

    /// Requests that are understood (RFC 9110, RFC 9112).
    static let accepted = [
        RequestSample("the least", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /", "end"),
        RequestSample("HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close", "end"),
        RequestSample(
            "HTTP/1.0 kept alive",
            "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
            "GET / 1.0",
            "end"
        ),
        RequestSample("a later minor version", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET /", "end"),
        RequestSample("empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /", "end"),
        RequestSample(
            "a query",
            "GET /a%20b/?q=%C3%A9&x=[]|{} HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a%20b/ ?q=%C3%A9&x=[]|{}",
            "end"
        ),
        RequestSample("two slashes", "GET //a HTTP/1.1\r\nHost: a\r\n\r\n", "GET //a", "end"),
        RequestSample("dot segments untouched", "GET /../a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /../a", "end"),
        RequestSample("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *", "end"),
        RequestSample("absolute-form", "GET http://b:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x ?y", "end"),
        RequestSample("absolute-form, scheme in capitals", "GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /", "end"),
        RequestSample(
            "absolute-form with a query and no path",
            "GET https://b?x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / ?x",
            "end"
        ),
        RequestSample("an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET /", "end"),
        RequestSample("a host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET /", "end"),
        RequestSample("no blank after the colon", "GET / HTTP/1.1\r\nhOST:a\r\n\r\n", "GET /", "end"),
        RequestSample("blanks around a value", "GET / HTTP/1.1\r\nHost: \t a \t \r\n\r\n", "GET /", "end"),
        RequestSample("an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "GET /", "end"),
        RequestSample("bytes past ASCII in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: é\r\n\r\n", "GET /", "end"),
        RequestSample("all of tchar", "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~: 1\r\n\r\n", "GET /", "end"),
        RequestSample("close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: CLOSE\r\n\r\n", "GET / close", "end"),
        RequestSample(
            "close in a list",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, keep-alive ,\tClose\r\n\r\n",
            "GET / close",
            "end"
        ),
        RequestSample(
            "close in a second field",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
            "GET / close",
            "end"
        ),
        RequestSample("closer is not close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: closer\r\n\r\n", "GET /", "end"),
        RequestSample(
            "a body of known length",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST /x",
            "body hello",
            "end"
        ),
        RequestSample("a length of 0", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST /", "end"),
        RequestSample(
            "a length with leading zeros",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc",
            "POST /",
            "body abc",
            "end"
        ),
        RequestSample(
            "GET with a body",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "GET /",
            "body abc",
            "end"
        ),
        RequestSample(
            "expecting to go on",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\na",
            "POST / expects",
            "body a",
            "end"
        ),
        RequestSample(
            "expecting to go on without a body",
            "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
            "GET /",
            "end"
        ),
        RequestSample(
            "an expectation in HTTP/1.0",
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
            "POST / 1.0 close",
            "body a",
            "end"
        ),
        RequestSample(
            "chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n",
            "POST /",
            "body abc0123456789",
            "end"
        ),
        RequestSample(
            "no chunk but the last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000\r\n\r\n",
            "POST /",
            "end"
        ),
        RequestSample(
            "chunk extensions",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1;a\r\nx\r\n1 ; a = b\t;c\r\ny\r\n1;a=\"b;\\\"\t é\";d=e\r\nz\r\n0;last\r\n\r\n",
            "POST /",
            "body xyz",
            "end"
        ),
        RequestSample(
            "trailers",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: y\r\nZ:\r\n\r\n",
            "POST /",
            "body x",
            "end"
        ),
        RequestSample(
            "gzip",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: GZIP\r\nContent-Length: 1\r\n\r\nx",
            "POST / gzip",
            "body x",
            "end"
        ),
        RequestSample(
            "the same head again and again",
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                + "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\ncd"
                + "\r\nPOST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nef"
                + "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nghi"
                + "POST http://b/2 HTTP/1.1\r\nHost: a\r\n\r\nPOST http://b/2 HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /1",
            "body ab",
            "end",
            "POST /1",
            "body cd",
            "end",
            "POST /1",
            "body ef",
            "end",
            "POST /1",
            "body ghi",
            "end",
            "POST /2",
            "end",
            "POST /2",
            "end"
        ),
        RequestSample(
            "pipelined",
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n"
                + "\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /1",
            "body ab",
            "end",
            "POST /2",
            "body c",
            "end",
            "GET /3",
            "end"
        ),
    ]
}
