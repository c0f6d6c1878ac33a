"""The push API under the load of several clients at once: batches, cache, fairness, limits, keys."""

import concurrent.futures
import itertools
import json
import socket
import struct
import threading

import requests
from Harness.process import eventually
from Harness.secret import Secret


def ask(service, text, session=requests):
    return session.post(f"{service.url}/v1/embeddings", json={"input": text}, timeout=60)


def test_texts_of_requests_at_once_share_provider_calls(database, upstream, serve):
    service = serve(database.settings, upstream.openai(PARALLEL_WORKERS=1))
    service.embed(["warm"])
    upstream.calls.clear()
    upstream.gate.clear()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        asked = [pool.submit(ask, service, f"text {number}") for number in range(24)]
        eventually(lambda: service.metric("embedding_queue_texts") == 24, what="24 texts in the queue")
        upstream.gate.set()
        assert {answer.result().status_code for answer in asked} == {200}
    assert sum(count for _, count in upstream.calls) == 24
    assert len(upstream.calls) <= 2


def test_the_same_text_asked_by_many_is_computed_once(database, upstream, serve):
    service = serve(database.settings, upstream.openai(CACHE_MAX_BYTES=0))
    service.embed(["warm"])
    before = service.metric("cache_misses_total")
    upstream.gate.clear()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(ask, service, "the same") for _ in range(16)]
        eventually(lambda: service.metric("cache_misses_total") == before + 16, what="16 requests")
        upstream.gate.set()
        vectors = [answer.result().json()["data"][0]["embedding"] for answer in asked]
    assert all(vector == vectors[0] for vector in vectors)
    assert upstream.texts["the same"] == 1


def test_a_partly_cached_request_keeps_its_order_and_asks_for_the_rest(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    first = dict(zip(["b", "d"], service.embed(["b", "d"])))
    mixed = service.post("/v1/embeddings", {"input": ["a", "b", "c", "d", "a"]})
    assert mixed.headers["X-Embed-Star-Cache"] == "partial"
    found = [item["embedding"] for item in mixed.json()["data"]]
    assert (found[1], found[3], found[0]) == (first["b"], first["d"], found[4])
    again = service.post("/v1/embeddings", {"input": ["d", "c", "b", "a"]})
    assert again.headers["X-Embed-Star-Cache"] == "hit"
    assert [item["embedding"] for item in again.json()["data"]] == [found[3], found[2], found[1], found[0]]
    assert {text: upstream.texts[text] for text in "abcd"} == dict.fromkeys("abcd", 1)
    assert service.metric("cache_hits_total") == 2 + 4
    assert service.metric("cache_misses_total") == 2 + 3
    assert service.metric("cache_bytes") > 0


def test_a_client_that_goes_away_takes_its_text_along(database, upstream, serve):
    service = serve(database.settings, upstream.openai(PARALLEL_WORKERS=1))
    service.embed(["warm"])
    upstream.gate.clear()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, service, "running")
        eventually(lambda: service.metric("embedding_queue_texts") == 1, what="the first text under way")
        body = json.dumps({"input": "abandoned"}).encode()
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            # Closing resets the connection, as a client that dies does.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            eventually(lambda: service.metric("embedding_queue_texts") == 2, what="the second text in the queue")
        eventually(lambda: service.metric("embedding_queue_texts") == 1, what="the text's end")
        upstream.gate.set()
        assert running.result().status_code == 200
    service.embed(["last"])
    assert (upstream.texts["running"], upstream.texts["abandoned"], upstream.texts["last"]) == (1, 0, 1)


def test_one_text_does_not_wait_for_all_of_a_large_request(database, upstream, serve):
    upstream.delay = 0.1
    service = serve(database.settings, upstream.openai(PARALLEL_WORKERS=1, REQUEST_TIMEOUT_MS=60000))
    service.embed(["warm"])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        large = pool.submit(service.embed, [f"text {number}" for number in range(2048)])
        eventually(lambda: upstream.total > 64, what="the first calls of the large request")
        assert ask(service, "small").status_code == 200
        assert upstream.total < 1024
        assert len(large.result()) == 2048


def test_what_cannot_be_done_in_time_is_refused_with_when_to_come_back(database, upstream, serve):
    """A hundred and sixty clients for a provider that does 80 texts a second, a second being given."""
    upstream.delay = 0.2
    service = serve(database.settings, upstream.openai(
        PARALLEL_WORKERS=2, BATCH_SIZE=8, REQUEST_TIMEOUT_MS=1000, RETRY_ATTEMPTS=1, CACHE_MAX_BYTES=0))
    for number in range(4):
        service.embed([f"warm {number}"])
    stop = threading.Event()
    answers = []

    def client(number):
        with requests.Session() as session:
            for count in itertools.count():
                if stop.is_set():
                    return
                answer = ask(service, f"text {number} {count}", session)
                answers.append((answer.status_code, answer.headers.get("Retry-After")))

    with concurrent.futures.ThreadPoolExecutor(160) as pool:
        for number in range(160):
            pool.submit(client, number)
        try:
            eventually(lambda: sum(1 for status, _ in answers if status == 429) >= 200, what="200 refusals")
        finally:
            stop.set()
    # 504 is for those that the provider had when their time was over.
    assert {status for status, _ in answers} <= {200, 429, 503, 504}
    assert sum(1 for status, _ in answers if status == 200) > 0
    assert all(int(wait) >= 1 for status, wait in answers if status in (429, 503))
    assert service.metric("embedding_queue_texts") == 0
    assert service.embed(["afterwards"])


def test_keys_rotate_with_their_file(database, upstream, serve, tmp_path):
    keys = Secret(tmp_path, "old\n")
    service = serve(database.settings, upstream.openai(API_KEYS_FILE=keys.path))

    def status(key):
        return service.get("/pipeline", headers={"Authorization": f"Bearer {key}"}).status_code

    keys.rotate("old", "new", service, status, accepted=200)
    assert "API_KEYS_FILE is missing" in service.process.output


def test_a_key_that_came_with_a_rotation_is_in_no_line_of_the_log(database, upstream, serve, tmp_path):
    keys = Secret(tmp_path, "first-sentinel\n")
    service = serve(database.settings, upstream.openai(API_KEYS_FILE=keys.path), LOG_FORMAT="json", LOG_LEVEL="trace")

    def ask(key, **headers):
        return service.get("/pipeline", headers={"Authorization": f"Bearer {key}", **headers}).status_code

    for key, former in (("second-sentinel", "first-sentinel"), ("third-sentinel", "second-sentinel")):
        keys.replace(key)
        eventually(lambda new=key: ask(new) == 200, what=key)
        # A client so careless as to put its key where it is logged.
        assert ask(key, **{"X-Request-Id": f"now-{key}"}) == 200
        assert ask(former, **{"X-Request-Id": f"once-{former}"}) == 401
    service.process.stop()
    assert service.process.output.count('"now-***"') == service.process.output.count('"once-***"') > 1
    assert "sentinel" not in service.process.output


def test_a_bulk_reprocess_is_done_once_in_all_replicas(database, upstream, serve, names):
    settings = upstream.openai(CACHE_MAX_BYTES=0)
    one, two = serve(database.settings, settings), serve(database.settings, settings)
    for _ in range(3):
        database.add(names())
    one.await_drained(3)
    before = upstream.total
    headers = {"Idempotency-Key": "again"}
    answers = [replica.post("/reprocess", {"scope": "all", "force": True}, headers=headers) for replica in (one, two)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"enqueued": 3})] * 2
    eventually(lambda: upstream.total == before + 3, what="the second embedding of three repos")
    other = two.post("/reprocess", {"scope": "failed"}, headers=headers)
    assert other.status_code == 422


def test_monitoring_moves_to_its_port_alone(database, upstream, serve):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = serve(database.settings, upstream.openai(MONITORING_PORT=port, API_KEYS="key"), ready=False)
    monitoring = f"http://127.0.0.1:{port}"

    def is_ready():
        service.process.check()
        try:
            return requests.get(f"{monitoring}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    eventually(is_ready, what="readiness")
    for path in ("/livez", "/readyz", "/health", "/metrics"):
        assert requests.get(monitoring + path, timeout=5).status_code == 200
        assert service.get(path).status_code == 404
    assert service.get("/pipeline").status_code == 200
    assert requests.get(f"{monitoring}/pipeline", timeout=5).status_code == 404
