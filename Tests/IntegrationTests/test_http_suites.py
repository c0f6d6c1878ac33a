"""What the public suites for HTTP/1.1 servers ask (h1spec in both of its forms), asked of the service in our own words."""

import re
import socket

import pytest

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
