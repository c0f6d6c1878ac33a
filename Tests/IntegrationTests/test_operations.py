"""Probes, health, metrics, the contract, the pipeline's routes."""

import gzip

import pytest
import yaml
from openapi_spec_validator import validate
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

from conftest import free_port
from Harness.service import Service
from Harness.upstream import Upstream

NAMES = [
    "embeddings_total", "embeddings_errors_total", "embedding_duration_seconds", "repos_pending", "rate_limits_total",
    "http_requests_total", "http_request_duration_seconds", "http_connections", "provider_requests_total",
    "provider_batch_size", "tokens_total", "cache_hits_total", "cache_misses_total", "cache_evictions_total",
    "cache_bytes", "circuit_breaker_state", "retry_attempts_total", "pipeline_claimed_total",
    "pipeline_written_total", "pipeline_skipped_total", "pipeline_failed_total", "pipeline_fenced_total",
    "repos_failed", "repos_embedded", "db_requests_total", "db_request_duration_seconds", "db_connections",
    "build_info",
]


@pytest.fixture(scope="module")
def service(engine, tmp_path_factory):
    """One with a repo embedded and three texts asked for."""
    database, upstream = engine.new_database(), Upstream()
    started = Service({**database.settings, **upstream.openai()}, tmp_path_factory.mktemp("operations"), free_port())
    started.await_ready()
    database.add("a/b")
    started.await_drained(1)
    started.embed(["one", "two", "one"])
    yield started
    started.process.stop()
    upstream.close()
    database.close()


def test_the_exposition_is_valid_prometheus_text(service):
    answer = service.get("/metrics", headers={"Accept": "text/plain"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in parse_prometheus(answer.text)}
    assert families["embed_star_embeddings"].type == "counter"
    assert families["embed_star_embedding_duration_seconds"].type == "histogram"


def test_openmetrics_when_it_is_asked_for(service):
    answer = service.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert list(parse_openmetrics(answer.text))


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_of_the_contract_is_there(service, name):
    assert f"embed_star_{name}" in service.get("/metrics").text


def test_metrics_count_what_happened(service):
    assert service.metric("repos_embedded") == 1
    assert service.metric("repos_pending") == 0
    assert service.metric("pipeline_written_total") == 1
    assert service.metric("embeddings_total", provider="openai") >= 3


def test_health_tells_of_the_parts(service):
    answer = service.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    for part in ("database", "provider", "pipeline", "search", "version"):
        assert part in str(health)


def test_the_pipeline_tells_its_state(service):
    status = service.pipeline()
    assert set(status) >= {"state", "model", "pending", "leased", "failed", "embedded", "total", "processed",
                           "skipped_unchanged", "rate_per_second", "eta_seconds", "provider"}
    assert (status["embedded"], status["total"], status["pending"]) == (1, 1, 0)


def test_the_contract_is_served_and_valid(service):
    answer = service.get("/openapi.yaml")
    assert answer.status_code == 200
    validate(yaml.safe_load(answer.text))


def test_every_answer_carries_a_request_id(service):
    assert service.get("/livez").headers["X-Request-Id"]
    assert service.get("/livez", headers={"X-Request-Id": "mine-1"}).headers["X-Request-Id"] == "mine-1"


def test_large_answers_are_compressed_when_that_is_accepted(service):
    answer = service.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding") == "gzip"
    plain = service.get("/metrics", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


def test_compressed_requests_are_understood(service):
    answer = service.post("/v1/embeddings", data=gzip.compress(b'{"input":"packed"}'),
                          headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("method, path, status, allow", [
    ("PUT", "/health", 405, "GET"), ("GET", "/v1/embeddings", 405, "POST"), ("BREW", "/health", 501, None),
])
def test_methods_that_are_not_allowed(service, method, path, status, allow):
    answer = service.session.request(method, service.url + path, timeout=10)
    assert answer.status_code == status
    if allow:
        assert allow in answer.headers["Allow"]


def test_keys_guard_everything_but_probes(database, upstream, serve):
    service = serve(database.settings, upstream.openai(API_KEYS="first-key,second-key"))
    service.session.headers.pop("Authorization")
    for path in ("/livez", "/readyz", "/health", "/metrics"):
        assert service.get(path).status_code == 200
    for path in ("/pipeline", "/search?q=x", "/v1/models"):
        assert service.get(path).status_code == 401
    for key in ("first-key", "second-key"):
        assert service.get("/pipeline", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert service.get("/pipeline", headers={"Authorization": "Bearer wrong"}).status_code in (401, 403)
