"""Faults of the database and the provider: nothing is lost, nothing runs hot, and all goes on when the cause ends."""

import base64
import json
import os
import re
import resource
import struct
import threading
import time

import pytest
import requests

from Harness.database import Engine
from Harness.process import eventually
from Harness.proxy import DatabaseProxy

OUTAGE = 6


@pytest.fixture
def proxy(database):
    started = DatabaseProxy(database.engine.address)
    yield started
    started.close()


def is_ready(service):
    return service.get("/readyz").status_code == 200


@pytest.mark.parametrize("mode", ["refuse", "error", "hang"])
def test_an_outage_of_the_database_is_waited_out(database, proxy, upstream, serve, mode):
    """Requests meanwhile are few, the log says it once, health tells the truth, and what was written is embedded."""
    service = serve(proxy.settings(database), upstream.openai())
    database.add("before/outage")
    service.await_drained(1)
    proxy.mode = mode
    eventually(lambda: not is_ready(service), within=60, what="readiness failing")
    database.add("during/outage")
    before, start = proxy.requests, time.monotonic()
    while time.monotonic() < start + OUTAGE:
        assert service.get("/livez").status_code == 200
        time.sleep(0.1)
    assert proxy.requests - before <= 12 * OUTAGE, "requests are bounded while the database is away"
    assert service.get("/health").status_code == 503
    proxy.mode = "pass"
    service.await_ready(within=30)
    service.await_drained(2, within=30)
    complaints = [line for line in service.process.lines if re.search(r" (ERROR|WARNING) ", line)]
    # A request that hangs may not have failed yet.
    assert len(complaints) <= 1 and (complaints or mode == "hang"), complaints
    assert all("the database does not answer" in line and "correct DB_URL (now " in line for line in complaints), complaints


def test_a_slow_database_loses_nothing(database, proxy, upstream, serve):
    proxy.delay = 0.3
    database.fill(200)
    serve(proxy.settings(database), upstream.openai()).await_drained(200)
    assert database.count("embedding != NONE") == 200
    assert upstream.total == 200


def test_writes_that_meet_others_are_repeated(database, proxy, upstream, serve):
    database.fill(300)
    service = serve(proxy.settings(database), upstream.openai())
    proxy.share, proxy.mode = 0.4, "conflict"
    service.await_drained(300)
    assert database.count("embedding != NONE") == 300
    assert upstream.total == 300
    assert service.pipeline()["failed"] == 0


def test_a_full_disk_of_the_database_is_survived(tmp_path, upstream, serve):
    """The engine's files may grow no further, as on a full disk; then there is room again."""
    engine = Engine(f"surrealkv://{tmp_path}/data", dict(os.environ))
    database = engine.new_database()
    service = serve(database.settings, upstream.openai())
    database.add("before/full")
    service.await_drained(1)
    limit_files_of(engine, 1)
    with pytest.raises(AssertionError):
        for number in range(50):
            database.add(f"refused-{number}/repo")
    eventually(lambda: service.get("/livez").status_code == 200, what="liveness")
    limit_files_of(engine, resource.RLIM_INFINITY)
    engine.process.stop()
    engine = Engine(f"surrealkv://{tmp_path}/data", dict(os.environ), bind=engine.address)
    database = engine.open(database.name)
    assert database.repo("before/full"), "what was acknowledged is there"
    database.add("after/full")
    service.await_ready(within=30)
    service.await_drained(database.count(), within=60)
    assert database.count("embedding != NONE") == database.count() >= 2
    database.close()
    engine.process.stop()


def limit_files_of(engine, size):
    hard = resource.prlimit(engine.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(engine.process.pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.mark.parametrize("status", ["pending", "leased"])
def test_jobs_dated_by_a_clock_that_jumped_are_done(database, upstream, serve, status):
    """What a clock that ran a day ahead leaves behind, once it is right again."""
    service = serve(database.settings, upstream.openai())
    service.post("/pipeline/pause")
    database.add("a/b")
    database.query(
        "UPDATE embedding_job SET due_at = time::now() + 1d, status = $status, claim = $claim RETURN NONE",
        {"status": status, "claim": "of a lost process" if status == "leased" else None})
    service.post("/pipeline/resume")
    service.await_drained(1, within=30)


def test_rubbish_for_some_texts_costs_only_those(database, upstream, serve):
    rubbish = '{"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "???"}]}'
    upstream.fail(200, body=rubbish, when=lambda texts: any("RUBBISH" in str(text) for text in texts))
    database.fill(60)
    database.add("bad/apple", "RUBBISH")
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=20))
    eventually(lambda: service.pipeline()["embedded"] == 60 and service.pipeline()["failed"] == 1,
               within=60, every=0.1, what="60 embedded and 1 failed")


def test_a_limiting_provider_pauses_the_pipeline_and_no_repo_is_blamed(database, upstream, serve):
    """A 429 is no failed attempt (G5)."""
    database.fill(100)
    upstream.fail(429, headers={"Retry-After": "1"}, times=8)
    service = serve(database.settings, upstream.openai(BATCH_SIZE=10, RETRY_ATTEMPTS=1))
    service.await_drained(100)
    assert service.pipeline()["failed"] == 0
    assert upstream.total == 100


def test_a_long_pause_that_the_provider_asks_for_is_no_failed_attempt(database, upstream, serve):
    """Longer than any call may take (G5)."""
    upstream.fail(429, headers={"Retry-After": "600"})
    database.add("a/b")
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1))
    eventually(lambda: service.pipeline()["state"] == "waiting", what="the pipeline waiting")

    def job():
        found = database.query("SELECT status, attempts, claim FROM embedding_job")
        return found[0] if found and not found[0].get("claim") else None

    assert eventually(job, what="the job given back")["attempts"] == 0
    assert service.pipeline()["failed"] == 0
    assert len(upstream.calls) == 1


def test_dead_letters_are_listed_and_retried_singly_in_bulk_and_by_a_change(database, upstream, serve):
    fault = upstream.fail(400, when=lambda texts: any("POISON" in str(text) for text in texts))
    database.fill(20)
    for number in range(4):
        database.add(f"bad-{number}/apple", f"POISON {number}")
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=20))
    eventually(lambda: service.pipeline()["failed"] == 4, within=60, every=0.1, what="4 dead letters")
    listed = service.get("/pipeline/failures").json()
    assert {item["full_name"] for item in listed["failures"]} == {f"bad-{number}/apple" for number in range(4)}
    assert all(item["error"] for item in listed["failures"])

    database.query("UPDATE repo SET description = 'Healthy now.' WHERE full_name = 'bad-0/apple'")
    service.await_drained(21)
    eventually(lambda: service.pipeline()["failed"] == 3, what="one dead letter less")
    fault.times = 0
    assert service.post("/repos/bad-1/apple/reprocess").status_code < 300
    service.await_drained(22)
    assert service.post("/pipeline/failures/retry").status_code < 300
    service.await_drained(24)
    eventually(lambda: service.pipeline()["failed"] == 0, what="no dead letter")


@pytest.mark.parametrize("vector", [[0.0] * 64, [float("nan")] + [0.1] * 63, [float("inf")] + [0.1] * 63, [0.1] * 63])
def test_unusable_vectors_are_neither_stored_nor_served(database, upstream, serve, vector):
    """Zero, NaN, infinite or of the wrong length (G10)."""
    data = struct.pack(f"<{len(vector)}f", *vector)
    item = {"object": "embedding", "index": 0, "embedding": base64.b64encode(data).decode()}
    body = {"object": "list", "data": [item], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    upstream.fail(200, body=json.dumps(body), when=lambda texts: True)
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=20))
    database.add("a/b")
    eventually(lambda: service.pipeline()["failed"] == 1, within=60, what="a dead letter")
    assert not database.repo("a/b").get("embedding")
    assert service.post("/v1/embeddings", {"input": "text"}).status_code == 502


def test_more_texts_than_fit_are_refused_at_once_and_none_is_lost(database, upstream, serve):
    """The queue is bounded (G9)."""
    upstream.delay = 3.0
    service = serve(database.settings, upstream.openai(PARALLEL_WORKERS=1, REQUEST_TIMEOUT_MS=60_000))
    statuses = []

    def ask(number):
        texts = [f"text {number} {place}" for place in range(2048)]
        answer = requests.post(f"{service.url}/v1/embeddings", json={"input": texts}, timeout=90)
        statuses.append((answer.status_code, answer.headers.get("Retry-After")))

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in asking:
        thread.start()
    eventually(lambda: len(statuses) >= 4, within=60, what="refusals")
    assert all(status in (429, 503) and after for status, after in statuses), statuses
    upstream.delay = 0.0
    for thread in asking:
        thread.join(90)
    assert sorted({status for status, _ in statuses})[0] == 200, "those that were let in are answered"


@pytest.mark.parametrize("status", [400, 401])
def test_a_provider_that_echoes_the_key_does_not_publish_it(database, upstream, serve, status):
    """Secrets appear in no log, error or answer (G11)."""
    key = "sk-test-sentinel"
    body = {"error": {"message": f"Incorrect API key provided: {key}", "type": "invalid_request_error",
                      "code": "invalid_api_key", "param": None}}
    upstream.fail(status, body=body)
    service = serve(database.settings, upstream.openai(LOG_LEVEL="debug"), ready=False).await_live()
    answer = service.post("/v1/embeddings", {"input": "text"})
    assert answer.status_code >= 400
    shown = [answer.text, *(service.get(path).text for path in ("/health", "/metrics", "/pipeline", "/readyz"))]
    eventually(lambda: "/v1/embeddings" in service.process.output, what="a log line about the request")
    assert not [text for text in [*shown, service.process.output] if key in text]
