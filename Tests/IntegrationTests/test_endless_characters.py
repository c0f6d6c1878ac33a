"""Text costs what its length says, also when all of it is one character to a reader (a grapheme cluster)."""

import json
import os

import pytest
import requests

from Harness.process import eventually

SIZE = 1 << 20
# Combining marks, joined emoji, jamo, conjuncts, flags, variation selectors, tags, prepended marks.
UNITS = ["\u0301", "\u200d\U0001f469", "\u1100", "\u0915\u094d", "\U0001f1e6", "\ufe0f", "\U000e0061", "\u0600"]
# CPU seconds. All passes over such a text take about one; one that costs the square of its length takes minutes.
BOUND = 15
WAYS = {
    "/v1/embeddings": lambda text: {"input": text}, "/api/embed": lambda text: {"input": text, "model": "all-minilm"},
    "/embed": lambda text: {"inputs": text},
    "/similarity": lambda text: {"inputs": {"source_sentence": text, "sentences": [text[:1000]]}},
    "/search": lambda text: {"q": text[:500], "topic": text[:90], "mode": text},
    "/repos": lambda text: {"full_name": "a/b", "description": text[:131_072], "language": text, "topics": [text, text[:90]]},
    "/reprocess": lambda text: {"scope": "missing", "owner": text, text[:5000]: 1},
}


def text_of(unit):
    return "a" + unit * (SIZE // len(unit.encode()))


def cpu_seconds(service):
    with open(f"/proc/{service.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(service, work):
    before = cpu_seconds(service)
    work()
    return cpu_seconds(service) - before


def too_dear(work, service):
    """The units whose text costs more than a pass over it can, in CPU seconds."""
    costs = {unit.encode("unicode_escape"): cost(service, lambda unit=unit: work(unit)) for unit in UNITS}
    return {unit: seconds for unit, seconds in costs.items() if seconds > BOUND}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_costs_what_its_length_says(shared_service, way):
    def ask(unit):
        body = json.dumps(WAYS[way](text_of(unit)), ensure_ascii=False).encode()
        answer = requests.post(shared_service.url + way, data=body, headers={"Content-Type": "application/json"}, timeout=120)
        assert answer.status_code < 500, answer.text[:300]
        # An answer quotes little of what it refuses.
        assert len(answer.content) < 64 << 10

    assert not too_dear(ask, shared_service)


def test_a_stored_text_costs_what_its_length_says(database, upstream, serve):
    service = serve(database.settings, upstream.openai())

    def store(unit):
        name = f"a/{unit.encode().hex()}"
        text = text_of(unit)
        database.add(name, description=text, language=text, topics=[text, text[:50]], url="https://" + text)
        eventually(lambda: database.repo(name).get("embedding_text_hash"), within=120, what="its embedding")
        for path in (f"/repos/{name}", "/search?q=word&mode=text", "/search?q=word", "/map", "/repos"):
            assert service.get(path).status_code in (200, 202)

        # The next text is not to pay for this one's row.
        database.change("DELETE repo WHERE full_name = $name", {"name": name})
        eventually(lambda: service.get(f"/repos/{name}").status_code == 404, what="the row to be gone")

    assert not too_dear(store, service)


def test_what_providers_say_is_short_and_without_the_key(database, upstream, serve):
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1, LOG_LEVEL="debug"))
    for unit in UNITS:
        fault = upstream.fail(400, body={"error": {"message": f"no {unit}sk-test-sentinel{unit} " + unit * 20_000}})
        answer = service.post("/v1/embeddings", {"input": f"text {unit}"})
        fault.times = 0
        assert answer.status_code == 400
        assert len(answer.content) < 8192
        assert b"sk-test-sentinel" not in answer.content
    assert "sk-test-sentinel" not in service.process.output
