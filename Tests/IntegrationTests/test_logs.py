"""The log: one JSON object a line for machines, levels of parts, no flood."""

import datetime
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
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3} [A-Z]+ +\S", line), line
