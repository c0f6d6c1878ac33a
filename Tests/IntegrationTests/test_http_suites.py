"""What the public suites for HTTP/1.1 servers ask, in our own words: h1spec in both of its forms, and the rules of
cispa/http-conformance, those on requests as requests and those on answers over all that is answered."""

import re
import socket

import pytest
import requests

from Harness.process import free_port
from Harness.service import Service

HOST = "Host: localhost\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
HELLO = "5\r\nhello\r\n0\r\n\r\n"
SERVED = {200}
# Understood, whatever the route makes of it.
PARSED = set(range(200, 600)) - {400}
BAD = {400}

# Name, request, and the statuses that the first answer may have.
REQUESTS = [
    ("a plain GET", f"GET / HTTP/1.1\r\n{HOST}\r\n", SERVED),
    ("names in any case, a tab, an empty value", "GET / HTTP/1.1\r\nhoSt:\tlocalhost\r\nempty:\r\n\r\n", SERVED),
    ("an empty value after a blank", f"GET / HTTP/1.1\r\n{HOST}X-Empty: \r\n\r\n", SERVED),
    ("a body of known length", f"POST / HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello", PARSED),
    ("a body in chunks", f"POST / HTTP/1.1\r\n{HOST}{CHUNKED}\r\n{HELLO}", PARSED),
    ("OPTIONS *", f"OPTIONS * HTTP/1.1\r\n{HOST}\r\n", PARSED),
    ("the absolute form", f"GET http://localhost/ HTTP/1.1\r\n{HOST}\r\n", SERVED),
    ("CONNECT", f"CONNECT example.com:443 HTTP/1.1\r\n{HOST}\r\n", PARSED),
    ("Expect without a body", f"GET / HTTP/1.1\r\n{HOST}Expect: 100-continue\r\n\r\n", {100, 200}),
    ("no version", "GET / \r\n\r\n", BAD),
    ("no version before fields", f"GET /\r\n{HOST}\r\n", BAD),
    ("version 2.0", f"GET / HTTP/2.0\r\n{HOST}\r\n", {400, 505}),
    ("version 9.9", f"GET / HTTP/9.9\r\n{HOST}\r\n", {400, 505}),
    ("words before the method", f"Extra lineGET / HTTP/1.1\r\n{HOST}\r\n", BAD),
    ("no Host", "GET / HTTP/1.1\r\n\r\n", BAD),
    ("no Host, but a length", "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", BAD),
    ("two Hosts", f"GET / HTTP/1.1\r\n{HOST}Host: example.com\r\n\r\n", BAD),
    ("a blank in Host", "GET / HTTP/1.1\r\nHost: bad host\r\n\r\n", BAD),
    ("NUL in Host", "GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", BAD),
    ("a blank in a name", f"GET / HTTP/1.1\r\n{HOST}Bad Name: x\r\n\r\n", BAD),
    ("brackets in a name", f"GET / HTTP/1.1\r\n{HOST}X-Invalid[]: x\r\n\r\n", BAD),
    ("a blank before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", BAD),
    ("a folded line", f"GET / HTTP/1.1\r\n{HOST}  more\r\n\r\n", BAD),
    ("a control character in a value", f"GET / HTTP/1.1\r\n{HOST}X-Bell: a\x07\r\n\r\n", BAD),
    ("CR alone at the end", f"GET / HTTP/1.1\r\n{HOST}\rX: y\r\n\r\n", BAD),
    ("a length that is no number", f"POST / HTTP/1.1\r\n{HOST}Content-Length: xyz\r\n\r\nhello", BAD),
    ("a negative length", f"GET / HTTP/1.1\r\n{HOST}Content-Length: -1234\r\n\r\n", BAD),
    ("a negative length of 27 digits", f"GET / HTTP/1.1\r\n{HOST}Content-Length: -{'123456789' * 3}\r\n\r\n", BAD),
    ("two lengths", f"POST / HTTP/1.1\r\n{HOST}Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello!!", BAD),
    ("chunks and a length", f"POST / HTTP/1.1\r\n{HOST}{CHUNKED}Content-Length: 5\r\n\r\n{HELLO}", BAD),
    ("chunks in HTTP/1.0", f"POST / HTTP/1.0\r\n{HOST}{CHUNKED}\r\n{HELLO}", BAD),
    ("a coding that nobody knows", f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: nonsense\r\n\r\nhello", {400, 501}),
    ("chunks that are not the last coding",
     f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked, gzip\r\n\r\n{HELLO}", {400, 501}),
    ("a chunk size that is no number", f"POST /livez HTTP/1.1\r\n{HOST}{CHUNKED}\r\nZ\r\nhello\r\n0\r\n\r\n", {400, 405}),
    ("a chunk longer than it says", f"POST /livez HTTP/1.1\r\n{HOST}{CHUNKED}\r\n5\r\nhello0\r\n\r\n", {400, 405}),
    ("a method in small letters", f"get / HTTP/1.1\r\n{HOST}\r\n", {400, 405, 501}),
    ("a request line of 9000 bytes", f"GET /{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n", {404, 414}),
    ("a field of 9000 bytes", f"GET / HTTP/1.1\r\n{HOST}X-Big: {'x' * 9000}\r\n\r\n", {200, 431}),
    ("a line feed before the request", f"\r\nGET / HTTP/1.1\r\n{HOST}\r\n", SERVED),
    ("CR at the end of a value", f"GET / HTTP/1.1\r\n{HOST}Invalid: a\r\r\n\r\n", BAD),
    ("LF at the end of a value", f"GET / HTTP/1.1\r\n{HOST}Invalid: a\n\r\n\r\n", BAD),
    ("NUL at the end of a value", f"GET / HTTP/1.1\r\n{HOST}Invalid: a\0\r\n\r\n", BAD),
    ("a Host that is none", "GET / HTTP/1.1\r\nHost: ###\r\ninv: a\r\ninv: ab\r\n\r\n", BAD),
    ("a blank before the first field", "GET / HTTP/1.1\r\n Host: localhost\r\n A: b\r\n\r\n", BAD),
    ("an unknown method", f"ABC / HTTP/1.1\r\n{HOST}\r\n", {501}),
    ("TRACE", f"TRACE / HTTP/1.1\r\n{HOST}\r\n", {405}),
    ("CONNECT to a path", f"CONNECT / HTTP/1.1\r\n{HOST}\r\n", {405}),
    ("CONNECT to this host", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", {405}),
    ("Upgrade with Expect", f"GET / HTTP/1.1\r\n{HOST}Connection: upgrade\r\nUpgrade: https\r\nExpect: 100-continue\r\n\r\n",
     {100, 200}),
    ("101 fields", f"GET / HTTP/1.1\r\n{HOST}" + "".join(f"X-H-{i}: v\r\n" for i in range(101)) + "\r\n", {200, 431}),
]
# Requests that end the connection: nothing that follows is answered.
CLOSING = {
    "chunks and a length", "chunks that are not the last coding", "a chunk size that is no number",
    "a chunk longer than it says",
}
FRAGMENTS = f"GET /livez HTTP/1.1\r\n{HOST}\r"


def exchange(service, request, patience=20):
    """Everything that is answered until the server closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=patience) as client:
        client.sendall(request.encode("latin-1"))
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


@pytest.fixture(scope="module")
def service(shared_service):
    return shared_service


@pytest.mark.parametrize("name, request_text, expected", REQUESTS, ids=[name for name, _, _ in REQUESTS])
def test_requests_are_answered_as_the_suites_want(service, name, request_text, expected):
    follower = f"GET /livez HTTP/1.1\r\n{HOST}\r\n" if name in CLOSING else ""
    found = statuses(exchange(service, request_text + follower))
    assert found and found[0] in expected
    if name in CLOSING:
        assert len(found) == 1, "the connection is closed"
    assert service.get("/livez").status_code == 200


def test_parts_of_a_request_are_waited_for(service):
    """However a request is cut, the rest makes it whole."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in FRAGMENTS.encode():
            client.sendall(bytes([byte]))
        client.sendall(b"\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_connections_are_kept_and_closed(service):
    kept = exchange(service, 2 * f"GET /livez HTTP/1.1\r\n{HOST}\r\n")
    assert statuses(kept) == [200, 200]
    for version, field in [("1.1", "Connection: close\r\n"), ("1.0", "")]:
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
            client.sendall(f"GET /livez HTTP/{version}\r\n{HOST}{field}\r\n".encode())
            answer = b""
            while piece := client.recv(65536):
                answer += piece
            assert len(statuses(answer)) == 1


def test_head_has_no_body_and_errors_have_an_end(service):
    head, _, body = exchange(service, f"HEAD /livez HTTP/1.1\r\n{HOST}\r\n").partition(b"\r\n\r\n")
    assert b" 200 " in head and not body
    head, _, body = exchange(service, f"GET /nowhere HTTP/1.1\r\n{HOST}\r\n").partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert b" 404 " in head and length and len(body) == int(length.group(1))


def test_expectations_are_met_or_refused(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(f"POST /v1/embeddings HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nContent-Length: 14\r\n"
                       "Expect: 100-continue\r\n\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 100")
        client.sendall(b'{"input": "a"}')
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


class Answer:
    """One answer, taken apart, with the request that it is to."""

    def __init__(self, request, received):
        self.method, _, self.version = request.split("\r\n", 1)[0].split(" ")
        self.asked = {name.lower(): value.strip() for name, _, value in
                      (line.partition(":") for line in request.split("\r\n\r\n", 1)[0].split("\r\n")[1:])}
        self.head, _, self.content = received.partition(b"\r\n\r\n")
        first, *lines = self.head.decode("latin-1").split("\r\n")
        self.status = int(first.split(" ")[1])
        self.fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def values(self, name):
        return [value for field, value in self.fields if field == name]

    def value(self, name):
        return next(iter(self.values(name)), None)


def listed(element):
    """The grammar of a list (RFC 9110 §5.6.1)."""
    return rf"{element}([ \t]*,[ \t]*{element})*"


TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
QUOTED = r'"([^"\\]|\\.)*"'
PARAMETERS = rf"([ \t]*;[ \t]*{TOKEN}=({TOKEN}|{QUOTED}))*"
DATE = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
CHALLENGE = rf"{TOKEN}( {TOKEN}=({TOKEN}|{QUOTED})(, *{TOKEN}=({TOKEN}|{QUOTED}))*)?"
# The form of the fields' values.
FORMS = {
    "accept": listed(rf"{TOKEN}/{TOKEN}"), "accept-encoding": listed(TOKEN), "allow": listed(TOKEN),
    "access-control-allow-headers": listed(TOKEN), "access-control-allow-methods": listed(TOKEN),
    "access-control-allow-origin": r"https?://[^/]+", "access-control-expose-headers": listed(TOKEN),
    "access-control-max-age": r"\d+", "cache-control": listed(rf"{TOKEN}(=({TOKEN}|{QUOTED}))?"), "connection": listed(TOKEN),
    "content-encoding": listed(TOKEN), "content-length": r"\d+",
    "content-security-policy": rf"[a-z-]+( [^ ;,]+)*(; *[a-z-]+( [^ ;,]+)*)*", "content-type": rf"{TOKEN}/{TOKEN}{PARAMETERS}",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "date": DATE,
    "etag": r'(W/)?"[^"]*"', "keep-alive": r".+", "referrer-policy": r"[a-z-]+", "retry-after": r"\d+",
    "server": rf"{TOKEN}(/{TOKEN})?", "transfer-encoding": "chunked", "vary": listed(TOKEN), "www-authenticate": CHALLENGE,
    "x-content-type-options": "nosniff", "x-frame-options": "(?i:deny|sameorigin)",
}
# A list may come in several fields (RFC 9110 §5.3).
LISTS = {"vary", "www-authenticate", "cache-control", "allow", "connection"}


def only_if(applies, holds):
    """A rule that says something of some answers: None for the others."""
    return lambda answer: bool(holds(answer)) if applies(answer) else None


RULES = {
    "the form of every field": lambda it: all(
        re.fullmatch(FORMS[name], value) for name, value in it.fields if name in FORMS),
    "no field twice that is no list": lambda it: all(
        len(it.values(name)) == 1 for name, _ in it.fields if name not in LISTS),
    "no lone CR or LF": lambda it: not re.search(rb"\r(?!\n)|(?<!\r)\n", it.head),
    "a Server without detail": lambda it: len(it.value("server")) <= 40,
    "one policy of content": only_if(lambda it: it.value("content-security-policy"), lambda it: True),
    "no length or coding with 204": only_if(
        lambda it: it.status == 204, lambda it: not it.values("content-length") and not it.values("transfer-encoding")),
    "no content with 204 and 304": only_if(lambda it: it.status in (204, 304), lambda it: not it.content),
    "no content for HEAD": only_if(lambda it: it.method == "HEAD", lambda it: not it.content),
    "Date but with 5xx": only_if(lambda it: it.status < 500, lambda it: it.value("date")),
    "content has a type": only_if(lambda it: it.content, lambda it: it.value("content-type")),
    "coded transfer for 1.1 alone": only_if(lambda it: it.version == "HTTP/1.0", lambda it: not it.values("transfer-encoding")),
    "close is answered by close": only_if(
        lambda it: it.asked.get("connection") == "close", lambda it: it.value("connection") == "close"),
    "no part and no 304 for POST": only_if(lambda it: it.method == "POST", lambda it: it.status not in (206, 304, 416)),
    "401 has a challenge": only_if(lambda it: it.status == 401, lambda it: it.value("www-authenticate")),
    "405 says what is allowed": only_if(lambda it: it.status == 405, lambda it: it.value("allow")),
    "415 says what is taken": only_if(
        lambda it: it.status == 415, lambda it: it.value("accept") or it.value("accept-encoding")),
    "no upgrade, no part, no cookie, no transport security without TLS": lambda it: it.status not in (101, 206, 426)
    and not it.values("set-cookie") and not it.values("strict-transport-security"),
}
KEYED = f"{HOST}Authorization: Bearer admin-key\r\nConnection: close\r\n"
JSON = "Content-Type: application/json\r\n"
EXCHANGES = [
    f"{method} {path} HTTP/1.1\r\n{KEYED}\r\n"
    for path in ("/", "/docs", "/openapi.yaml", "/livez", "/readyz", "/health", "/metrics", "/pipeline", "/repos", "/v1/models",
                 "/search?q=a&mode=text", "/search?nonsense=1", "/nowhere", "/settings", "/access")
    for method in ("GET", "HEAD", "DELETE", "OPTIONS")
] + [
    f"GET /livez HTTP/1.1\r\n{HOST}\r\n", f"GET /openapi.yaml HTTP/1.0\r\n{HOST}\r\n", f"GET /repos HTTP/1.0\r\n{HOST}\r\n",
    f"GET / HTTP/1.1\r\n{KEYED}Accept-Encoding: gzip\r\n\r\n", f"GET / HTTP/1.1\r\n{KEYED}Range: bytes=0-9\r\n\r\n",
    f"GET /repos HTTP/1.1\r\n{KEYED}Accept: application/x-ndjson\r\n\r\n",
    f"GET / HTTP/1.1\r\n{KEYED}Origin: http://page.example\r\n\r\n",
    f"GET / HTTP/1.1\r\n{KEYED}Upgrade-Insecure-Requests: 1\r\nCookie: a=b\r\n\r\n",
    f"OPTIONS /search HTTP/1.1\r\n{KEYED}Origin: http://page.example\r\nAccess-Control-Request-Method: POST\r\n"
    "Access-Control-Request-Headers: content-type\r\n\r\n",
    f"POST /search HTTP/1.1\r\n{KEYED}{JSON}Content-Length: 2\r\nIf-None-Match: *\r\nRange: bytes=0-1\r\n\r\n{{}}",
    f"POST /repos HTTP/1.1\r\n{KEYED}{JSON}Content-Length: 1\r\n\r\n{{",
    f"POST /repos HTTP/1.1\r\n{KEYED}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n1",
    f"POST /repos HTTP/1.1\r\n{KEYED}{JSON}Content-Encoding: br\r\nContent-Length: 1\r\n\r\n1",
    f"POST /repos HTTP/1.1\r\n{KEYED}{JSON}Content-Length: 999999999\r\n\r\n",
    f"GET /repos HTTP/1.1\r\n{KEYED}Accept: image/png\r\n\r\n", f"GET /search?q=a&mode=vector HTTP/1.1\r\n{KEYED}\r\n",
]


@pytest.fixture(scope="module")
def keyed(engine, tmp_path_factory):
    """A service with a key, and pages elsewhere that may ask it."""
    database = engine.new_database()
    settings = {**database.settings, "API_KEYS": "admin-key", "CORS_ALLOW_ORIGIN": "http://page.example",
                "EMBEDDING_PROVIDER": "ollama", "OLLAMA_URL": "http://127.0.0.1:9"}
    started = Service(settings, tmp_path_factory.mktemp("rules"), free_port()).await_live()
    yield started
    started.process.stop()
    database.close()


@pytest.fixture(scope="module")
def answers(keyed):
    tag = requests.get(keyed.url + "/openapi.yaml", timeout=30).headers["ETag"]
    known = f"GET /openapi.yaml HTTP/1.1\r\n{KEYED}If-None-Match: {tag}\r\n\r\n"
    return [Answer(request, exchange(keyed, request)) for request in [*EXCHANGES, known]]


@pytest.mark.parametrize("name", RULES)
def test_all_answers_keep_to_the_rules(answers, name):
    verdicts = {(answer.method, answer.status, answer.head): RULES[name](answer) for answer in answers}
    assert any(verdict is not None for verdict in verdicts.values()), "the rule applies to none"
    assert not [answer for answer, verdict in verdicts.items() if verdict is not None and not verdict]


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.yaml", "/livez", "/metrics", "/repos", "/search?q=a&mode=text", "/nowhere"])
def test_head_has_the_fields_of_get(answers, keyed, path):
    get, head = (Answer(request, exchange(keyed, request))
                 for request in (f"{method} {path} HTTP/1.1\r\n{KEYED}\r\n" for method in ("GET", "HEAD")))
    assert head.status == get.status
    assert {name for name, _ in head.fields} == {name for name, _ in get.fields}
    if path != "/metrics" and "q=" not in path:
        assert head.value("content-length") == get.value("content-length")


def test_304_has_the_fields_of_200(answers):
    whole = next(it for it in answers if it.method == "GET" and it.status == 200 and "yaml" in (it.value("content-type") or ""))
    unchanged = next(it for it in answers if it.status == 304)
    for name in ("date", "cache-control", "etag", "expires", "content-location", "vary"):
        assert unchanged.values(name) or not whole.values(name), name
    assert unchanged.value("content-length") in (None, whole.value("content-length"))
