"""Plain curl, and a client of text-embeddings-inference's shape."""

import json
import subprocess

import pytest
import requests


def curl(*arguments, data=None):
    """Status and body."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments]
    output = subprocess.run(command, input=data, capture_output=True, text=True, check=True).stdout
    body, _, status = output.rpartition("\n")
    return int(status), body


def test_the_line_of_the_readme(shared_service):
    status, body = curl(f"{shared_service.url}/v1/embeddings", "-H", "Content-Type: application/json",
                        "-d", '{"input":"Hello"}')
    assert status == 200
    assert len(json.loads(body)["data"][0]["embedding"]) == 384


def test_a_body_that_waits_for_100_continue(shared_service):
    body = json.dumps({"input": ["a long text " * 200] * 20})
    status, answer = curl(f"{shared_service.url}/v1/embeddings", "-H", "Content-Type: application/json",
                          "-H", "Expect: 100-continue", "--data-binary", "@-", data=body)
    assert status == 200
    assert len(json.loads(answer)["data"]) == 20


def test_a_chunked_body(shared_service):
    status, _ = curl(f"{shared_service.url}/v1/embeddings", "-H", "Content-Type: application/json",
                     "-H", "Transfer-Encoding: chunked", "--data-binary", "@-", data='{"input":"Hello"}')
    assert status == 200


def test_many_requests_on_one_connection(shared_service):
    urls = [f"{shared_service.url}/livez"] * 5
    result = subprocess.run(["curl", "--silent", "--verbose", *urls], capture_output=True, text=True, check=True)
    assert result.stdout.count("ok") == 5
    assert result.stderr.count("Re-using existing connection") == 4


@pytest.mark.parametrize("data, status", [
    ("{", 400), ("[]", 400), ("{}", 400), ('{"input":5}', 400), ('{"input":"x","encoding_format":"hex"}', 400),
    ('{"input":"x","encoding_format":null}', 200), ('{"input":"x","unknown":1}', 200),
])
def test_malformed_and_odd_bodies(shared_service, data, status):
    found, body = curl(f"{shared_service.url}/v1/embeddings", "-H", "Content-Type: application/json", "-d", data)
    assert found == status, body


def test_a_body_that_is_not_json_is_refused(shared_service):
    status, _ = curl(f"{shared_service.url}/v1/embeddings", "-H", "Content-Type: text/plain", "-d", "Hello")
    assert status == 415


def test_text_embeddings_inference(shared_service, contract):
    contract("/embed")
    one = requests.post(f"{shared_service.url}/embed", json={"inputs": "Hello"}, timeout=30)
    many = requests.post(f"{shared_service.url}/embed", json={"inputs": ["Hello", "World"], "normalize": True,
                                                              "truncate": True}, timeout=30)
    assert one.status_code == many.status_code == 200
    assert [len(vector) for vector in one.json()] == [384]
    assert [len(vector) for vector in many.json()] == [384, 384]
    info = requests.get(f"{shared_service.url}/info", timeout=30).json()
    assert info["model_id"] == "all-MiniLM-L6-v2"
    assert (info["dimensions"], info["max_client_batch_size"]) == (384, 2048)
    assert info["max_input_length"] > 0
    assert "embedding" in info["model_type"]


def test_text_embeddings_inferences_prompts_are_prefixes(database, upstream, serve):
    service = serve(database.settings, upstream.openai(QUERY_PREFIX="find: ", DOCUMENT_PREFIX="text: "))
    for name in ("query", "document"):
        assert service.post("/embed", {"inputs": "dates", "prompt_name": name}).status_code == 200
    assert (upstream.texts["find: dates"], upstream.texts["text: dates"]) == (1, 1)


def test_text_embeddings_inferences_statuses(database, upstream, serve):
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1, RETRY_DELAY_MS=1, MAX_CLIENT_BATCH=4))
    upstream.fail(200, body="nonsense", when=lambda texts: "spoilt" in texts)
    for inputs, status, kind in [(["x"] * 5, 413, "validation"), (["spoilt"], 424, "backend"), ([], 400, "empty")]:
        answer = service.post("/embed", {"inputs": inputs})
        assert (answer.status_code, answer.json()["error_type"]) == (status, kind), answer.text


@pytest.mark.parametrize("body", [{}, {"inputs": ""}, {"inputs": []}, {"inputs": 5}])
def test_text_embeddings_inferences_errors(shared_service, contract, body):
    contract("/embed")
    answer = requests.post(f"{shared_service.url}/embed", json=body, timeout=30)
    assert answer.status_code in (400, 413, 422)
    assert set(answer.json()) == {"error", "error_type"}
