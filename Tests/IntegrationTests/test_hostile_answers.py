"""A provider and a database that answer anything: the process lives, answers, and goes on when they are themselves again.

`scripts/fuzz wire [ANSWERS [SEED]]` runs it for longer, or with another seed."""

import os

import pytest
import requests

from Harness.mutation import Mutator
from Harness.process import eventually
from Harness.proxy import DatabaseProxy

ANSWERS = int(os.environ.get("FUZZ_ANSWERS", "60"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
ROUTES = ["/search?q=number", "/search?q=number&mode=text", "/map", "/pipeline", "/health", "/metrics", "/repos/owner-1/repo",
          "/repos/owner-1/repo/similar", "/pipeline/failures"]


@pytest.fixture
def proxy(database):
    started = DatabaseProxy(database.engine.address)
    yield started
    started.close()


def lives(service):
    service.process.check()
    assert service.get("/livez").status_code == 200


def ask(service, number):
    """Whatever comes back, something does."""
    route = ROUTES[number % len(ROUTES)]
    try:
        service.get(route)
        if number % 5 == 0:
            service.post("/v1/embeddings", {"input": [f"text {number}", "other"]})
    except requests.Timeout as timeout:
        raise AssertionError(f"{route} does not answer") from timeout


def work_through(service, database, mutator):
    """Keeps everything busy until enough answers were mutated."""
    number = 0
    while mutator.count < ANSWERS:
        number += 1
        database.change("UPDATE repo SET description = $text WHERE full_name = $name RETURN NONE",
                        {"name": f"owner-{number % 40}/repo", "text": f"Change {number}."})
        ask(service, number)
        lives(service)


def recovers(service, database):
    """Everything is embedded in the end."""

    def is_done():
        service.process.check()
        service.post("/pipeline/failures/retry")
        jobs = database.query("SELECT VALUE repo FROM embedding_job")
        return not jobs and database.count("embedding = NONE") == 0

    eventually(is_done, within=180, every=0.5, what="every repo's embedding")
    eventually(lambda: service.get("/readyz").status_code == 200, what="readiness")
    assert service.get("/search", params={"q": "change"}).status_code == 200
    lives(service)


@pytest.mark.parametrize("provider", ["openai", "ollama", "voyage"])
def test_a_hostile_provider(database, upstream, serve, provider):
    settings = {"RETRY_DELAY_MS": 10, "RETRY_ATTEMPTS": 2, "LEASE_SECONDS": 5, "REQUEST_TIMEOUT_MS": 5000}
    service = serve(database.settings, getattr(upstream, provider)(**settings))
    mutator = Mutator(SEED, 0.5)
    upstream.mutate = mutator.json_answer
    number = 0
    while mutator.count < ANSWERS:
        # The provider itself may be left alone for a while; the words of a search reach it again and again.
        number += 1
        if number % 20 == 0:
            database.change("UPDATE repo SET description = $text RETURN NONE", {"text": f"Change {number}."})
        elif number < 20:
            database.add(f"owner-{number}/repo", description=f"Number {number}.")
        ask(service, number)
        lives(service)
        if number > 20 * ANSWERS:
            break
    upstream.mutate = lambda status, headers, body: (status, headers, body)
    service.process.stop()
    service.start()
    service.await_ready()
    recovers(service, database)


def test_a_hostile_database(database, upstream, proxy, serve):
    settings = {"RETRY_DELAY_MS": 10, "LEASE_SECONDS": 5, "RECONCILE_INTERVAL_SECONDS": 10, "REQUEST_TIMEOUT_MS": 5000}
    service = serve(proxy.settings(database), upstream.openai(**settings))
    database.fill(40)
    service.await_drained(40)
    mutator = Mutator(SEED, 0.3)
    proxy.mutate = mutator.cbor_answer
    work_through(service, database, mutator)
    proxy.mutate = lambda body: body
    recovers(service, database)
