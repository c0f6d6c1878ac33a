"""Traces: what reaches a collector, the provider, and the log."""

import json
import threading

import pytest

from Harness.collector import Collector, attributes
from Harness.process import eventually

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SERVER, CLIENT, INTERNAL = 2, 3, 1
FAILED = 2


@pytest.fixture
def collector():
    started = Collector()
    yield started
    started.close()


def traced(collector, **settings):
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "LOG_FORMAT": "json", **settings}


def embed(service, text, flags="01", **headers):
    return service.post("/v1/embeddings", {"input": text},
                        headers={"traceparent": f"00-{TRACE}-{CALLER}-{flags}", **headers})


def of_trace(collector, trace=TRACE):
    return [span for span in collector.spans if span.trace_id.hex() == trace]


def only(spans, name):
    found = [span for span in spans if span.name == name]
    assert len(found) == 1, [span.name for span in spans]
    return found[0]


def test_a_request_is_followed_to_the_provider(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(), traced(
        collector, OTEL_SERVICE_NAME="stars", OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer otlp-sentinel"))
    answer = embed(service, "follow me", tracestate="vendor=1", **{"X-Request-Id": "followed"})
    assert answer.status_code == 200, answer.text
    # What has ended by then is sent before the end.
    assert service.process.stop() == 0

    spans = of_trace(collector)
    request = only(spans, "POST /v1/embeddings")
    batch, provider, http = only(spans, "embed batch"), only(spans, "embeddings"), only(spans, "POST")
    assert request.parent_span_id.hex() == CALLER
    assert batch.parent_span_id == request.span_id
    assert provider.parent_span_id == batch.span_id
    assert http.parent_span_id == provider.span_id
    assert [span.kind for span in (request, batch, provider, http)] == [SERVER, INTERNAL, CLIENT, CLIENT]
    for inner, outer in ((batch, request), (provider, batch), (http, provider)):
        assert outer.start_time_unix_nano <= inner.start_time_unix_nano <= inner.end_time_unix_nano
        assert inner.end_time_unix_nano <= outer.end_time_unix_nano
    assert all(span.trace_state == "vendor=1" for span in spans)

    seen = [headers for headers in upstream.headers if headers.get("traceparent", "").startswith(f"00-{TRACE}")]
    assert [headers["traceparent"] for headers in seen] == [f"00-{TRACE}-{http.span_id.hex()}-01"]
    assert seen[0]["tracestate"] == "vendor=1"

    about = attributes(request)
    assert about["http.response.status_code"] == 200
    assert about["http.route"] == "/v1/embeddings"
    assert about["embed_star.request_id"] == "followed"
    assert attributes(provider)["gen_ai.provider.name"] == "openai"
    assert collector.resource()["service.name"] == "stars"
    assert collector.headers["authorization"] == "Bearer otlp-sentinel"


def test_database_calls_and_pipeline_batches_are_spans(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(), traced(collector))
    database.add("a/b")
    service.await_drained(1)
    service.get("/repos/a/b", headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
    assert service.process.stop() == 0

    spans = of_trace(collector)
    request = only(spans, "GET /repos/{owner}/{name}")
    queries = [span for span in spans if span.name.startswith("query ")]
    assert queries and all(span.parent_span_id == request.span_id for span in queries)
    assert attributes(queries[0])["db.system.name"] == "surrealdb"

    root = only(collector.spans, "pipeline embed")
    assert not root.parent_span_id
    family = of_trace(collector, root.trace_id.hex())
    assert only(family, "embed batch").parent_span_id == root.span_id
    write = [span for span in collector.spans if span.name == "pipeline write"]
    inner = [span for span in collector.spans if span.parent_span_id == write[0].span_id]
    assert any(span.name.startswith("query ") for span in inner)


def test_a_failure_marks_its_spans(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1), traced(collector))
    upstream.fail(500)
    assert embed(service, "bad luck").status_code >= 500
    service.process.stop()
    spans = of_trace(collector)
    for name in ("POST /v1/embeddings", "embed batch", "embeddings"):
        assert only(spans, name).status.code == FAILED, name
    assert attributes(only(spans, "embeddings"))["error.type"] == "unavailable"


def test_batches_name_every_request_that_they_serve(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(BATCH_WINDOW_MS=200, PARALLEL_WORKERS=2), traced(collector))
    upstream.delay = 0.3
    service.embed(["warm up"])

    callers = [threading.Thread(target=lambda n=n: service.post("/v1/embeddings", {"input": f"text {n}"}))
               for n in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    service.process.stop()
    requests = {span.span_id for span in collector.spans if span.name == "POST /v1/embeddings"}
    batches = [span for span in collector.spans if span.name == "embed batch"]
    named = [span.parent_span_id for span in batches] + [link.span_id for span in batches for link in span.links]
    assert set(named) == requests
    assert any(span.links for span in batches)


def test_log_lines_carry_the_trace(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(), traced(collector, LOG_LEVEL="debug"))
    embed(service, "logged", **{"X-Request-Id": "logged-1"})
    service.process.stop()
    lines = [json.loads(line) for line in service.process.lines if line.startswith("{")]
    line = next(line for line in lines if line.get("request-id") == "logged-1")
    assert line["trace-id"] == TRACE
    span = only(of_trace(collector), "POST /v1/embeddings")
    assert line["span-id"] == span.span_id.hex()


def test_the_callers_decision_against_recording_is_passed_on(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(), traced(collector))
    embed(service, "not recorded", flags="00")
    service.process.stop()
    assert not of_trace(collector)
    seen = [headers["traceparent"] for headers in upstream.headers if TRACE in headers.get("traceparent", "")]
    assert len(seen) == 1 and seen[0].endswith("-00")


def test_probes_and_metrics_are_not_traced(database, upstream, serve, collector):
    service = serve(database.settings, upstream.openai(), traced(collector))
    for path in ("/livez", "/readyz", "/health", "/metrics"):
        service.get(path)
    service.process.stop()
    assert not [span for span in collector.spans if span.kind == SERVER]


def test_a_collector_that_fails_costs_spans_and_nothing_else(database, upstream, serve, collector):
    collector.status = 400
    service = serve(database.settings, upstream.openai(), traced(collector))
    service.embed(["one"])
    eventually(lambda: service.metric("trace_spans_dropped_total") > 0, within=30, what="the count of dropped spans")
    assert service.metric("trace_spans_exported_total") == 0
    assert service.embed(["two"])
    service.process.stop()
    complaints = [line for line in service.process.lines if "the collector accepts no traces" in line]
    assert len(complaints) == 1


def test_without_an_endpoint_nothing_is_passed_on(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    embed(service, "untraced")
    assert not [headers for headers in upstream.headers if "traceparent" in headers]
    assert "trace_spans" not in service.get("/metrics").text
