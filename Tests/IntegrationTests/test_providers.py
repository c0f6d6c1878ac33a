"""Faults of providers: pacing, retries, refusals, nonsense; none of them harms a repo for good."""

import time

import pytest

from Harness.process import eventually
from Harness.secret import Secret

OPENAI_LIMIT = {"error": {"message": "Rate limit reached", "type": "requests", "param": None,
                          "code": "rate_limit_exceeded"}}


def test_a_rate_limit_is_obeyed_and_costs_no_attempt(database, upstream, serve, names):
    upstream.fail(429, times=6, headers={"Retry-After": "1"}, body=OPENAI_LIMIT)
    for _ in range(10):
        database.add(names())
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=10))
    service.await_drained(10)
    assert service.metric("rate_limits_total", provider="openai") >= 1
    assert service.pipeline()["failed"] == 0


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_passing_fault_is_retried(database, upstream, serve, names, status):
    upstream.fail(status, times=2)
    for _ in range(3):
        database.add(names())
    service = serve(database.settings, upstream.openai(RETRY_DELAY_MS=10))
    service.await_drained(3)
    assert upstream.total == 3


def wrong(vectors):
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return {"object": "list", "data": data, "model": "text-embedding-3-small",
            "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@pytest.mark.parametrize("body", [
    wrong([]), wrong([[0.0] * 64]), wrong([[1.0] * 63]), wrong([[1.0] * 64] * 3),
    wrong([["x"] * 64]), '{"data":[{"index":0,"embedding":[NaN' + ",0" * 63 + "]}]}", "not json", "", "[]", '{"data":null}',
], ids=["none", "zero", "short", "too many", "text", "nan", "not json", "empty", "array", "null"])
def test_nonsense_is_neither_stored_nor_served(database, upstream, serve, body):
    fault = upstream.fail(200, body=body)
    service = serve(database.settings, upstream.openai(RETRY_DELAY_MS=10, RETRY_ATTEMPTS=2))
    answer = service.post("/v1/embeddings", {"input": "one"})
    assert answer.status_code in (502, 503, 504), answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    database.add("a/b")
    eventually(lambda: len(upstream.calls) >= 3, what="calls for the repo")
    assert not database.repo("a/b").get("embedding")
    fault.times = 0
    upstream.heal()
    database.query("UPDATE repo SET description = 'Healed.'")
    service.await_drained(1)


def test_a_hanging_provider_is_given_up(database, upstream, serve):
    upstream.delay = 20
    service = serve(database.settings, upstream.openai(REQUEST_TIMEOUT_MS=1000))
    started = time.monotonic()
    answer = service.post("/v1/embeddings", {"input": "slow"})
    assert answer.status_code in (503, 504)
    assert time.monotonic() - started < upstream.delay
    upstream.delay = 0


def test_health_and_probes_answer_while_the_provider_hangs(database, upstream, serve):
    upstream.delay = 30
    service = serve(database.settings, upstream.openai())
    database.add("a/b")
    eventually(lambda: upstream.calls, what="the hanging call")
    for path in ("/livez", "/readyz", "/health", "/metrics"):
        assert service.get(path).status_code == 200
    upstream.delay = 0
    service.process.signal(9)


def test_the_queue_is_not_blocked_by_failing_repos(database, upstream, serve, names):
    """Sixty poison rows that are due first do not keep a good one waiting."""
    upstream.fail(400, when=lambda texts: any("POISON" in str(text) for text in texts))
    for _ in range(60):
        database.add(names(), "POISON")
    database.add("good/one")
    serve(database.settings, upstream.openai(BATCH_SIZE=16, RETRY_DELAY_MS=200))
    eventually(lambda: database.repo("good/one").get("embedding"), what="the good repo's vector")
    assert database.count("embedding != NONE") == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 451, 500, 503])
def test_a_repo_that_makes_calls_fail_ends_as_a_dead_letter(database, upstream, serve, names, status):
    upstream.fail(status, body={"error": {"message": "cannot embed this"}},
                  when=lambda texts: any("POISON" in str(text) for text in texts))
    database.add("bad/one", "POISON")
    for _ in range(40):
        database.add(names())
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=10))
    for number in range(10):
        assert service.post("/v1/embeddings", {"input": f"beside {number}"}).status_code == 200
    eventually(lambda: service.pipeline()["failed"] == 1, what="the dead letter")
    service.await_drained(40)
    (failure,) = database.query("SELECT VALUE error FROM embedding_job WHERE failed_at != NONE")
    # The words of who refuses a key may quote it.
    assert "cannot embed this" in failure or status in (401, 403) and f"answered {status}" in failure
    assert service.metric("circuit_breaker_state") == 0


def test_what_texts_are_reaches_a_provider_that_is_told(database, upstream, serve, names):
    database.add(names())
    service = serve(database.settings, upstream.voyage())
    service.await_drained(1)
    assert service.post("/v1/embeddings", {"input": "a query", "input_type": "query"}).status_code == 200
    assert upstream.input_types["query"] == 1 and upstream.input_types["document"] >= 1
    assert set(upstream.keys) == {"Bearer pa-test-sentinel"}


def test_texts_go_out_in_batches(database, upstream, serve, names):
    for _ in range(200):
        database.add(names())
    serve(database.settings, upstream.openai(BATCH_SIZE=50)).await_drained(200)
    assert max(count for _, count in upstream.calls) <= 50
    assert len(upstream.calls) <= 20


def test_an_open_circuit_is_visible_and_closes(database, upstream, serve):
    fault = upstream.fail(500)
    service = serve(database.settings, upstream.openai(RETRY_DELAY_MS=10, RETRY_ATTEMPTS=3))
    for number in range(40):
        service.post("/v1/embeddings", {"input": f"text {number}"})
        if service.metric("circuit_breaker_state") != 0:
            break
    assert service.metric("circuit_breaker_state") != 0
    refused = service.post("/v1/embeddings", {"input": "while open"})
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    fault.times = 0
    eventually(lambda: service.post("/v1/embeddings", {"input": "again"}).status_code == 200, within=90, every=0.5,
               what="the circuit to close")


PERMANENT = {
    "bad key": (401, {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error",
                                "param": None, "code": "invalid_api_key"}}),
    "unknown model": (404, {"error": {"message": "The model does not exist", "type": "invalid_request_error",
                                      "param": None, "code": "model_not_found"}}),
    "used-up quota": (429, {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota",
                                      "param": None, "code": "insufficient_quota"}}),
}


@pytest.mark.parametrize("fault", PERMANENT)
def test_a_permanent_fault_stops_the_provider_and_burns_no_repo(database, upstream, serve, names, fault):
    status, body = PERMANENT[fault]
    upstream.fail(status, body=body)
    for _ in range(200):
        database.add(names())
    service = serve(database.settings, upstream.openai(BATCH_SIZE=10, RETRY_DELAY_MS=10))
    eventually(lambda: service.metric("provider_stopped", provider="openai") == 1, what="the stop")
    health = eventually(lambda: (found := service.get("/health").json())["status"] != "ok" and found, what="bad health")
    assert health["provider"]["status"] == "down"
    assert health["provider"]["detail"]
    calls = len(upstream.calls)
    refused = service.post("/v1/embeddings", {"input": "one"})
    assert refused.status_code in (404, 429, 502, 503), refused.text
    # The rows were there before the service: counting them takes a moment.
    pipeline = eventually(lambda: (found := service.pipeline())["pending"] == 200 and found, what="all of them pending")
    assert pipeline["failed"] == 0
    assert len(upstream.calls) == calls <= 6
    assert service.process.output.count("the embedding provider is stopped") == 1


def revisions(database):
    return set(database.query("SELECT VALUE embedding_fingerprint FROM repo"))


def test_a_repulled_ollama_model_is_noticed_while_running_and_at_the_start(database, upstream, serve, names):
    for _ in range(5):
        database.add(names())
    settings = (database.settings, upstream.ollama())
    service = serve(*settings)
    service.await_drained(5)
    (first,) = revisions(database)

    upstream.digest = "b" * 64
    eventually(lambda: first not in revisions(database) and service.pipeline()["pending"] == 0, within=90, every=0.2,
               what="vectors of the new build")
    (second,) = revisions(database)
    service.process.stop()

    upstream.digest = "c" * 64
    service = serve(*settings)
    eventually(lambda: second not in revisions(database) and service.pipeline()["pending"] == 0, within=90, every=0.2,
               what="vectors of the third build")
    assert len(revisions(database)) == 1
    assert upstream.total == 15


def test_private_repos_are_excluded_from_a_cloud_and_embedded_at_home(database, upstream, serve):
    database.add("open/one")
    database.add("secret/one", "A secret.", is_private=True)
    service = serve(database.settings, upstream.openai())
    service.await_drained(1)
    pipeline = service.pipeline()
    assert (pipeline["embedded"], pipeline["failed"], pipeline["excluded"]) == (1, 0, 1)
    assert not any("secret" in text.lower() for text in upstream.texts)
    service.process.stop()
    local = serve(database.settings, upstream.ollama())
    local.await_drained(2)
    eventually(lambda: local.pipeline()["excluded"] == 0, what="the count of what is excluded")
    assert any("A secret." in text for text in upstream.texts)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "PROVIDER_HEADERS"])
def test_what_a_provider_is_shown_rotates_with_its_file(name, database, upstream, serve, tmp_path):
    form = "{}" if name == "OPENAI_API_KEY" else "X-Tenant={}"
    secret = Secret(tmp_path, form.format("first-sentinel"))
    settings = upstream.openai(CACHE_MAX_BYTES=0, LOG_LEVEL="trace", **{f"{name}_FILE": secret.path, name: ""})
    service = serve(database.settings, settings)

    def shown():
        service.embed(["text"])
        return upstream.headers[-1]

    assert "first-sentinel" in str(shown())
    secret.replace(form.format("second-sentinel"))
    eventually(lambda: "second-sentinel" in str(shown()), what="the new secret")
    assert "first-sentinel" not in str(shown())
    service.process.stop()
    assert f"setting={name}" in service.process.output.replace('"', "")
    assert "sentinel" not in service.process.output
