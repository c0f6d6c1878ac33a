"""Probes, health and metrics answer at once while everything behind the service hangs."""

import os
import signal

import pytest
import requests

from conftest import free_port
from Harness.database import Engine
from Harness.process import eventually
from Harness.service import Service
from Harness.upstream import Upstream

# Seconds: far more than a probe takes, less than any timeout of the service.
BOUND = 5
ROUNDS = 200


@pytest.fixture
def own_engine(tmp_path):
    """An engine that this test may stop."""
    started = Engine(tmp_path / "engine", dict(os.environ))
    yield started
    started.process.signal(signal.SIGCONT)
    started.process.stop()


def test_probes_answer_while_database_and_provider_hang(own_engine, tmp_path):
    upstream, database = Upstream(), own_engine.new_database()
    service = Service({**database.settings, **upstream.openai(REQUEST_TIMEOUT_MS=60_000, SHUTDOWN_GRACE_MS=1000)},
                      tmp_path, free_port())
    service.await_ready()
    database.add("a/b")
    service.await_drained(1)

    upstream.delay = 300
    # Everything that the database is made of stops in the middle of what it does.
    own_engine.process.signal(signal.SIGSTOP)
    requests_under_way = [hang(service, "/v1/embeddings", {"input": f"text {number}"}) for number in range(20)]
    requests_under_way += [hang(service, "/repos", [{"full_name": f"c/d{number}"}]) for number in range(20)]
    try:
        eventually(lambda: service.get("/health").json()["database"]["status"] == "degraded",
                   what="the silence to be seen")
        health = service.get("/health").json()
        assert {health[part]["status"] for part in ("search", "pipeline")} <= {"degraded", "down"}
        assert health["thresholds"]["database_down_seconds"] == 10
        eventually(lambda: requests.get(f"{service.url}/readyz", timeout=5).status_code == 503, within=30,
                   what="readiness to be withdrawn")
        for path in ("/livez", "/readyz", "/health", "/metrics"):
            for _ in range(ROUNDS):
                # Each on a connection of its own, as probes make them.
                requests.get(service.url + path, timeout=BOUND)
        health = service.get("/health")
        assert health.status_code == 503
        assert health.json()["database"]["status"] == "down"
        assert service.get("/livez").status_code == 200
    finally:
        own_engine.process.signal(signal.SIGCONT)
        for connection in requests_under_way:
            connection.close()
        service.process.stop()
        upstream.close()


def hang(service, path, body):
    """A request whose answer nobody waits for."""
    import http.client
    import json

    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    return connection


def test_nobody_waits_for_a_database_that_is_known_to_be_away(own_engine, tmp_path):
    upstream, database = Upstream(), own_engine.new_database()
    service = Service({**database.settings, **upstream.openai(REQUEST_TIMEOUT_MS=1000)}, tmp_path, free_port())
    service.await_ready()
    database.add("a/b")
    service.await_drained(1)
    own_engine.process.signal(signal.SIGSTOP)
    try:
        # Before a probe has found out, the request's own time limit ends the wait.
        assert service.get("/repos/a/b").status_code == 504
        eventually(lambda: service.get("/repos/a/b").status_code == 503, within=30, what="the database to be missed")
        for path in ("/repos/a/b", "/repos/a/b/similar", "/search?q=b&mode=vector"):
            answer = service.get(path)
            assert answer.status_code == 503, answer.text
            assert "Retry-After" in answer.headers
    finally:
        own_engine.process.signal(signal.SIGCONT)
    eventually(lambda: service.get("/repos/a/b").status_code == 200, within=30, what="the database to be back")
    service.process.stop()
    upstream.close()
