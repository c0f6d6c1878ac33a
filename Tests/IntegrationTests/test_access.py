"""Who may see and do what, over the running service."""

import contextlib
import socket

import pytest
import requests

KEYS = {"API_KEYS": "ordinary-key", "READ_KEYS": "reading-key", "WRITE_KEYS": "writing-key",
        "PRIVATE_SEARCH_KEYS": "trusted-key"}
BODY = 2 << 20


@pytest.fixture
def service(database, upstream, serve):
    return serve(database.settings, upstream.openai(**KEYS))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def head(service, path, *fields, length=BODY):
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{service.port}", f"Content-Length: {length}",
             "Content-Type: application/json", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


@contextlib.contextmanager
def connection(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as opened:
        yield opened


def status_line(opened):
    return opened.makefile("rb").readline().decode().strip()


@pytest.mark.parametrize("path, fields, status", [
    ("/v1/embeddings", [], 401), ("/repos", ["Authorization: Bearer reading-key"], 403), ("/none", [], 404),
    ("/pipeline", [], 405), ("/webhooks/github", [], 403),
    ("/search", ["Authorization: Bearer ordinary-key", "Content-Type: text/plain"], 415),
    ("/v1/embeddings", ["Authorization: Bearer ordinary-key", "Origin: http://elsewhere.example"], 403),
])
@pytest.mark.parametrize("expect", [[], ["Expect: 100-continue"]], ids=["", "expect"])
def test_what_the_head_settles_is_answered_before_the_body_comes(service, path, fields, status, expect):
    if "Content-Type: text/plain" in fields:
        raw = head(service, path, *fields, *expect).replace(b"Content-Type: application/json\r\n", b"")
    else:
        raw = head(service, path, *fields, *expect)
    with connection(service) as opened:
        opened.sendall(raw)
        assert status_line(opened).startswith(f"HTTP/1.1 {status} ")


def test_a_client_that_sends_its_body_all_the_same_sees_the_answer(service):
    answer = requests.post(f"{service.url}/v1/embeddings", data=b"x" * (25 << 20), timeout=60,
                           headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    with connection(service) as opened:
        opened.sendall(head(service, "/v1/embeddings", length=3) + b"{}\n" + head(service, "/none", length=2) + b"{}")
        received = b""
        while received.count(b"HTTP/1.1 ") < 2:
            piece = opened.recv(4096)
            assert piece, "the connection ended early"
            received += piece
    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"401", b"404"]


def test_clients_without_a_key_take_no_room_from_those_with_one(service):
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            opened = stack.enter_context(connection(service))
            opened.sendall(head(service, "/v1/embeddings") + b"x" * 1000)
        for _ in range(5):
            answer = service.post("/v1/embeddings", {"input": ["a text " * 100_000]})
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("key, search, repos, pause", [
    ("ordinary-key", 200, 202, 200), ("reading-key", 200, 403, 403), ("writing-key", 403, 202, 403),
    ("trusted-key", 200, 403, 403),
])
def test_a_key_does_what_its_scopes_allow(service, key, search, repos, pause):
    assert service.get("/search?q=x&mode=text", headers=bearer(key)).status_code == search
    assert service.post("/repos", {"full_name": "a/b"}, headers=bearer(key)).status_code == repos
    answer = service.post("/pipeline/pause", headers=bearer(key))
    assert answer.status_code == pause
    if pause == 403:
        assert 'scope="admin"' in answer.headers["WWW-Authenticate"]
    service.post("/pipeline/resume")


def test_a_private_repo_stays_private(service, database):
    database.query("INSERT INTO repo $row", {"row": {"full_name": "a/secret", "name": "secret", "is_private": True}})
    ordinary, trusted = bearer("ordinary-key"), bearer("trusted-key")
    counts = {"created": 1, "changed": 0, "unchanged": 0}
    answer = service.post("/repos", {"full_name": "a/secret", "is_private": False}, headers=ordinary)
    assert (answer.status_code, answer.json()) == (202, counts)
    lines = '{"full_name":"a/secret","is_private":false,"description":"opened"}\n'
    answer = service.post("/repos", data=lines, headers={**ordinary, "Content-Type": "application/x-ndjson"})
    assert answer.json() | counts == answer.json()
    assert service.get("/repos/a/secret", headers=ordinary).status_code == 404
    assert service.post("/repos/a/secret/reprocess", headers=ordinary).status_code == 404
    assert service.delete("/repos/a/secret", headers=ordinary).status_code == 404
    assert service.post("/reprocess", {"scope": "all", "owner": "a"}, headers=ordinary).json() == {"enqueued": 0}
    assert service.get("/repos/a/secret", headers=trusted).status_code == 200
    row = database.repo("a/secret")
    assert row["is_private"] is True
    assert row.get("description") is None


def test_the_cache_tells_nobody_what_others_asked(service):
    def cache(text, key):
        answer = service.post("/v1/embeddings", {"input": text}, headers=bearer(key))
        return answer.headers["X-Embed-Star-Cache"]

    assert [cache("asked by one", key) for key in ("ordinary-key", "reading-key", "ordinary-key")] == [
        "miss", "miss", "hit"]
