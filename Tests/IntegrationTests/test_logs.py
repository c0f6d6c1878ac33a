"""The log: one JSON object a line for machines, levels of parts, no flood."""

import datetime
import hmac
import json
import re

from Harness.process import eventually

LEVELS = {"trace", "debug", "info", "notice", "warning", "error", "critical"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def lines_of(service):
    """Every line of the run as an object; nothing else may be printed."""
    service.process.stop()
    assert service.process.lines
    return [json.loads(line) for line in service.process.lines]


def test_every_line_is_an_object_with_the_fields_of_the_contract(database, upstream, serve):
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1, RETRY_DELAY_MS=1), LOG_FORMAT="json",
                    LOG_LEVEL="trace")
    upstream.fail(400, when=lambda texts: any("poison" in str(text) for text in texts),
                  body={"error": {"message": "line one\nline \"two\" \u0001", "type": "invalid_request_error"}})
    database.add("a/poison")
    eventually(lambda: service.metric("repos_failed") == 1, what="the dead letter")
    service.embed(["x"])
    service.get("/search", params={"q": "x"}, headers={"X-Request-Id": "seen"})
    lines = lines_of(service)
    before = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    for line in lines:
        assert re.fullmatch(TIME, line["time"])
        time = datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
        assert time >= before - datetime.timedelta(seconds=1)
        before = time
        assert line["level"] in LEVELS
        assert line["logger"].startswith("embed-star.")
        assert line["message"]
        assert all(isinstance(value, (str, int, float, bool, list, dict)) for value in line.values())
    assert any(line.get("request-id") == "seen" for line in lines)
    assert any(line.get("document") == "a/poison" for line in lines)


def test_a_first_start_complains_of_nothing(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), LOG_FORMAT="json")
    database.add("a/b")
    service.await_drained(1)
    eventually(lambda: service.get("/search", params={"q": "repository"}).json()["results"], what="the repo found")
    complaints = [line for line in lines_of(service) if line["level"] in ("warning", "error", "critical")]
    assert complaints == []


def test_the_log_tells_what_runs_and_why_requests_were_refused(database, upstream, serve):
    service = serve(database.settings, upstream.openai(GITHUB_WEBHOOK_SECRET="a secret of the webhook"), LOG_FORMAT="json")
    service.get("/nowhere")
    service.get("/search", params={"q": "x", "limit": 1000})
    service.post("/v1/embeddings", {"input": ""})
    service.post("/v1/embeddings", {"input": "x"})
    payload = json.dumps({"action": "created", "repository": {"id": 1, "full_name": "a/hooked", "private": False}})
    assert deliver(service, "star", payload, "a secret of the webhook").status_code == 202
    lines = lines_of(service)
    first = lines[0]
    assert re.fullmatch(r"embed-star \d+\.\d+\.\d+", first["message"])
    assert first["provider"] == "openai" and first["max-body-bytes"] == 2 << 20
    assert first["model"] == "text-embedding-3-small"
    ready = next(line for line in lines if line["message"] == "the database is ready")
    assert re.fullmatch(r"surrealdb-[23]\.\d+\.\d+", ready["server"])
    refused = {line["message"]: line for line in lines if "reason" in line}
    assert refused["GET unmatched 404"]["path"] == "/nowhere"
    assert "limit" in refused["GET /search 400"]["reason"]
    assert refused["POST /v1/embeddings 400"]["status"] == 400
    assert refused["POST /v1/embeddings 400"]["milliseconds"] >= 0
    hook = next(line for line in lines if line["message"] == "webhook star.created")
    assert hook["repo"] == "a/hooked" and hook["result"]
    # Good answers of embedding routes, of which there are many, are only for debugging.
    assert not [line for line in lines if line["message"] == "POST /v1/embeddings 200"]


def test_clients_that_are_refused_again_and_again_do_not_fill_the_log(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), LOG_FORMAT="json")
    for _ in range(100):
        assert service.post("/v1/embeddings", {"input": ""}).status_code == 400
    refused = [line for line in lines_of(service) if line["message"] == "POST /v1/embeddings 400"]
    assert 0 < len(refused) < 100


def deliver(service, event, payload, secret):
    signature = hmac.new(secret.encode(), payload.encode(), "sha256").hexdigest()
    return service.session.post(service.url + "/webhooks/github", data=payload, timeout=10, headers={
        "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": "one",
        "X-Hub-Signature-256": f"sha256={signature}"})


def test_a_part_has_a_level_of_its_own(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), LOG_FORMAT="json", LOG_LEVEL="warning,http=debug")
    service.embed(["x"])
    lines = lines_of(service)
    quiet = [line for line in lines if line["level"] in ("trace", "debug", "info", "notice")]
    assert quiet and {line["logger"] for line in quiet} == {"embed-star.http"}


def test_a_fault_that_lasts_does_not_fill_the_log(database, upstream, serve):
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1), LOG_FORMAT="json")
    upstream.fail(500)
    for number in range(200):
        service.post("/v1/embeddings", {"input": f"text {number}"})
    warnings = [line for line in lines_of(service) if line["level"] in ("warning", "error")]
    # Some hundred answers of the same kind are a few lines.
    assert 0 < len(warnings) < 60, len(warnings)


def test_text_for_people_is_one_line_a_message(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), LOG_FORMAT="text")
    service.process.stop()
    for line in service.process.lines:
        assert re.match(TIME + r" [A-Z]+ +[a-z]+: \S", line), line
