"""Every status that openapi.yaml promises for an operation is provoked: what is served is what is documented."""

import collections
import concurrent.futures
import contextlib
import hashlib
import hmac
import itertools
import json
import time

import pytest
import requests
import yaml

from Harness.process import CHECKOUT, eventually, free_port
from Harness.proxy import DatabaseProxy
from Harness.service import Service
from Harness.upstream import Upstream

CONTRACT = yaml.safe_load((CHECKOUT / "openapi.yaml").read_text())
OPERATIONS = {
    (method.upper(), path): operation
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items() if method in {"get", "post", "delete"}
}
SECRET = "webhook-secret-sentinel"
MODEL = "text-embedding-3-small"
RERANKER = CHECKOUT / "Tests/InferenceTests/Fixtures/rerank/rerank-bert"
KEYS = {"API_KEYS": "admin-key-sentinel", "READ_KEYS": "read-key-sentinel", "WRITE_KEYS": "write-key-sentinel"}
BODIES = {
    "/v1/embeddings": {"input": "text", "model": MODEL}, "/api/embed": {"model": MODEL, "input": "text"},
    "/api/embeddings": {"model": MODEL, "prompt": "text"}, "/api/show": {"model": MODEL}, "/embed": {"inputs": "text"},
    "/": {"inputs": "text"}, "/repos": {"full_name": "owner/repo"}, "/reprocess": {"scope": "missing"},
    "/import/github": {"user": "octocat"}, "/search": {"q": "text", "mode": "vector"}, "/rerank": {"query": "text", "texts": ["one"]},
    "/v1/rerank": {"query": "text", "documents": ["one"]},
    "/tokenize": {"inputs": "text"}, "/decode": {"ids": [1]}, "/embed_all": {"inputs": "text"},
    "/similarity": {"inputs": {"source_sentence": "text", "sentences": ["one"]}},
    "/webhooks/github": {"action": "edited", "repository": {"id": 1, "full_name": "owner/repo", "private": False}},
}
QUERIES = {"/search": {"q": "text", "mode": "vector"}}


class Client:
    """Asks for operations by their templates."""

    def __init__(self, service, key=None):
        self.service, self.key = service, key

    def ask(self, method, path, query=None, body=None, headers=None, raw=None):
        target = path.replace("{owner}", "owner").replace("{name}", "repo").replace("{id}", MODEL)
        headers = dict(headers or {})
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        data = raw
        if data is None and method == "POST":
            body = BODIES.get(path) if body is None else body
            data = json.dumps(body).encode() if body is not None else None
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        if path == "/webhooks/github" and data is not None:
            digest = hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()
            headers = {"X-GitHub-Event": "repository", "X-Hub-Signature-256": f"sha256={digest}",
                       "X-GitHub-Delivery": f"{next(self.deliveries)}", **headers}
        query = {**(QUERIES.get(path, {}) if method == "GET" else {}), **(query or {})}
        with requests.request(method, self.service.url + target, params=query, data=data, headers=headers, timeout=30,
                              stream=True) as answer:
            return answer.status_code

    deliveries = itertools.count(1)


def promised(status, *, of=None):
    """The operations whose contract has the status."""
    found = [operation for operation, text in OPERATIONS.items() if str(status) in text["responses"]]
    return [operation for operation in found if of is None or of(*operation)]


def wrong(answers, status):
    return {f"{method} {path}": found for (method, path), found in answers.items() if found != status}


@pytest.fixture(scope="module")
def keyed(engine, tmp_path_factory):
    """A service with keys, a secret, small bodies and a provider that answers."""
    upstream, database = Upstream(), engine.new_database()
    settings = {**database.settings, **upstream.openai(MAX_BODY_BYTES=65536, GITHUB_WEBHOOK_SECRET=SECRET,
                                                      ALLOWED_HOSTS="127.0.0.1", **KEYS)}
    service = Service(settings, tmp_path_factory.mktemp("statuses"), free_port()).await_ready()
    database.add("owner/repo")
    service.await_drained(1)
    yield service
    service.process.stop()
    upstream.close()
    database.close()


@pytest.fixture
def admin(keyed):
    return Client(keyed, KEYS["API_KEYS"])


def test_400_for_what_is_no_request(admin):
    """A parameter that nobody knows, or a body that is no JSON."""
    answers = {}
    for method, path in promised(400):
        known = admin.ask(method, path, query={"nonsense": "1"})
        answers[method, path] = known if known == 400 else admin.ask(method, path, raw=b"{", query={"q": ""})
        if answers[method, path] != 400:
            answers[method, path] = admin.ask(method, path, headers={"Host": "a b"})
    assert not wrong(answers, 400)


def test_401_without_a_key_or_a_right_signature(keyed):
    unsigned = {"X-Hub-Signature-256": "sha256=00"}
    answers = {
        operation: Client(keyed).ask(*operation, headers=unsigned if "webhooks" in operation[1] else None)
        for operation in promised(401)
    }
    assert not wrong(answers, 401)


def test_403_without_the_scope_or_from_elsewhere(keyed, admin):
    answers = {}
    for method, path in promised(403):
        found = {Client(keyed, KEYS[name]).ask(method, path) for name in ("READ_KEYS", "WRITE_KEYS")}
        if 403 not in found:
            # Every key may ask, but under no name that is not the service's.
            found = {admin.ask(method, path, headers={"Host": "other.example"})}
        answers[method, path] = 403 if 403 in found else found
    assert not wrong(answers, 403)


def test_404_for_what_is_not_there(keyed, admin):
    answers = {}
    for method, path in promised(404):
        other = path.replace("{owner}", "nobody").replace("{name}", "nothing").replace("{id}", "no-such-model")
        body = BODIES.get(path)
        if body and "model" in body:
            body = {**body, "model": "no-such-model"}
        answers[method, path] = admin.ask(method, other, body=body)
    left = set(wrong(answers, 404))
    assert left <= {f"{method} {path}" for method, path in promised(404) if "{" not in path}, left


def test_406_for_what_is_not_served(admin):
    answers = {operation: admin.ask(*operation, headers={"Accept": "image/png"}) for operation in promised(406)}
    assert not wrong(answers, 406)


def test_413_for_too_large_a_body(admin):
    answers = {operation: admin.ask(*operation, raw=b" " * (26 << 20 if "webhooks" in operation[1] else 70_000))
               for operation in promised(413)}
    assert not wrong(answers, 413)


def test_415_for_another_type_of_body(admin):
    answers = {
        operation: admin.ask(*operation, raw=b"x", headers={"Content-Type": "text/plain"}) for operation in promised(415)
    }
    assert not wrong(answers, 415)


def test_422_for_what_cannot_be_done(admin):
    bodies = {
        "/v1/embeddings": {"input": "text", "model": MODEL, "dimensions": 3000},
        "/embed": {"inputs": "text", "dimensions": 3000},
        "/": {"inputs": "text", "dimensions": 3000}, "/search": {"embedding": [1.0, 2.0]},
    }
    answers = {
        (method, path): admin.ask(method, path, body=bodies[path])
        for method, path in promised(422) if method == "POST" and path in bodies
    }
    assert not wrong(answers, 422)


def test_422_for_fewer_dimensions_than_the_model_can_give(database, upstream, serve):
    upstream.models = {"all-minilm": 384}
    service = serve(database.settings, upstream.ollama(EMBEDDING_MODEL="all-minilm"))
    body = {"model": "all-minilm", "input": "text", "dimensions": 100}
    assert Client(service).ask("POST", "/api/embed", body=body) == 422
    assert "422" in CONTRACT["paths"]["/api/embed"]["post"]["responses"]
    # The older route knows no dimensions.
    assert "422" not in CONTRACT["paths"]["/api/embeddings"]["post"]["responses"]


def test_304_for_what_is_known(keyed):
    answers = {}
    for method, path in promised(304):
        headers = {"Authorization": f"Bearer {KEYS['API_KEYS']}"}
        if path == "/map":
            eventually(lambda: requests.get(keyed.url + "/map", headers=headers, timeout=30).status_code == 200, what="a map")
        tag = requests.get(keyed.url + path, headers=headers, timeout=30).headers["ETag"]
        headers["If-None-Match"] = tag
        answers[method, path] = requests.get(keyed.url + path, headers=headers, timeout=30).status_code
    assert not wrong(answers, 304)


def test_success_as_promised(admin):
    """Each operation succeeds with a status of its contract; the repo is deleted last."""
    order = sorted(OPERATIONS, key=lambda operation: operation[0] == "DELETE")
    answers = {operation: admin.ask(*operation) for operation in order}
    undocumented = {
        f"{method} {path}": found for (method, path), found in answers.items()
        if str(found) not in OPERATIONS[method, path]["responses"]
    }
    assert not undocumented
    refused = {f"{method} {path}": found for (method, path), found in answers.items() if found >= 400}
    # There is no cross-encoder and no built-in model, and an import that was asked for before may still be running.
    for path in ("/rerank", "/v1/rerank", "/tokenize", "/decode", "/embed_all"):
        assert refused.pop(f"POST {path}") == 501
    assert refused.pop("POST /import/github", 409) == 409
    assert not refused
    admin.ask("POST", "/repos")


def test_429_past_the_rate(database, upstream, serve):
    service = serve(database.settings, upstream.openai(API_RATE_LIMIT_PER_MINUTE=1, **KEYS))
    client = Client(service, KEYS["API_KEYS"])
    for _ in range(10):
        client.ask("GET", "/access")
    assert not wrong({operation: client.ask(*operation) for operation in promised(429)}, 429)


# What fails behind the service, in the mode of the proxy before the database, and what clients are told of it. Where the
# database as a whole is not away, the probe goes through: once that fails, all the rest is 503.
DATABASE_FAULTS = {"reject": 500, "nonsense": 502, "hang": 504, "refuse": 503}
# The same of the provider, as the status, the headers and the body that it answers.
PROVIDER_FAULTS = {
    502: lambda *_: (200, {}, b"<html>"), 503: lambda *_: (503, {}, b"{}"), 504: lambda *_: time.sleep(20) or (200, {}, b"{}"),
}
# Not to be had in a running service: a loop that stands still and 256 listeners (ProbeTests, PipelineEventsTests), more
# texts than the encoder queues (InferenceTests).
ELSEWHERE = {503: {("GET", "/livez"), ("GET", "/pipeline/events")}
             | {("POST", path) for path in ("/rerank", "/v1/rerank", "/tokenize", "/decode", "/embed_all")}}


def meets_provider(method, path):
    return path.startswith(("/v1/", "/api/", "/embed", "/similarity", "/info", "/search")) or (method, path) == ("POST", "/")


def meets_database(_, path):
    return path.startswith(("/repos", "/reprocess", "/pipeline", "/webhooks", "/search", "/readyz", "/health", "/map", "/settings"))


def provoke(found, service, operations, status):
    """Asks all operations at once, and again those that promise the status until they have answered with it."""
    client, asked = Client(service), list(operations)
    wanted = {status, 424 if status in (502, 504) else status}
    promise = {operation for operation in operations if wanted & set(map(int, OPERATIONS[operation]["responses"]))}

    def answered():
        with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
            for operation, given in zip(asked, pool.map(lambda operation: client.ask(*operation), asked)):
                found[operation].add(given)
        asked[:] = [operation for operation in promise if not wanted & found[operation]]
        return not asked

    with contextlib.suppress(AssertionError):
        eventually(answered, within=20, every=0.2)


@pytest.fixture(scope="module")
def provoked(engine, tmp_path_factory):
    """The statuses of all operations while the database, the provider or the reranker fails."""
    found = collections.defaultdict(set)
    folder = tmp_path_factory.mktemp("faults")
    database = engine.new_database()
    proxy, upstream = DatabaseProxy(database.engine.address), Upstream()
    proxy.concerns = lambda body: proxy.mode == "refuse" or not any(part in body for part in (b"INFO FOR", b"RETURN 1", b"version"))
    settings = upstream.openai(GITHUB_WEBHOOK_SECRET=SECRET, REQUEST_TIMEOUT_MS=1500, RETRY_ATTEMPTS=1, RETRY_DELAY_MS=1)
    service = Service({**proxy.settings(database), **settings}, folder, free_port()).await_ready()
    database.add("owner/repo")
    service.await_drained(1)
    operations = [operation for operation in OPERATIONS if meets_database(*operation)]
    for mode, status in DATABASE_FAULTS.items():
        proxy.mode = mode
        provoke(found, service, operations, status)
        proxy.mode = "pass"
    service.process.stop()
    # Ollama is asked for its model first, also for what is said of it.
    settings = {**database.settings, **upstream.ollama(EMBEDDING_MODEL=MODEL, REQUEST_TIMEOUT_MS=1500, RETRY_ATTEMPTS=1)}
    for status, answer in PROVIDER_FAULTS.items():
        upstream.mutate = answer
        service = Service(settings, folder, free_port()).await_live()
        provoke(found, service, [operation for operation in OPERATIONS if meets_provider(*operation)
                                 and "rerank" not in operation[1] and operation[1] != "/embed_all"], status)
        service.kill()
    service = Service({**database.settings, "RERANK_MODEL": RERANKER, "REQUEST_TIMEOUT_MS": 10}, folder, free_port()).await_live()
    long = ["long text " * 900] * 200
    for path, body in {
        "/rerank": {"query": "text", "texts": long}, "/v1/rerank": {"query": "text", "documents": long},
        # These two take bodies of 1 MiB.
        "/tokenize": {"inputs": long[:100]}, "/decode": {"ids": [1000] * 150_000},
        # More vectors do not fit into an answer.
        "/embed_all": {"inputs": long[:40]},
    }.items():
        # While the service starts, its limit may pass unseen.
        def is_late(path=path, body=body):
            found["POST", path].add(Client(service).ask("POST", path, body=body))
            return {424, 504} & found["POST", path]

        with contextlib.suppress(AssertionError):
            eventually(is_late, within=20, every=0.2)
    service.process.stop()
    proxy.close()
    upstream.close()
    database.close()
    return found


@pytest.mark.parametrize("status", [424, 500, 502, 503, 504])
def test_what_fails_behind_the_service_is_told_as_promised(provoked, status):
    served = {operation for operation, found in provoked.items() if status in found} | ELSEWHERE.get(status, set())
    assert served == set(promised(status))


def test_no_fault_is_told_in_a_way_that_is_not_promised(provoked):
    undocumented = {
        operation: found for operation, statuses in provoked.items()
        if (found := {status for status in statuses if str(status) not in OPERATIONS[operation]["responses"]})
    }
    assert not undocumented


def test_409_for_work_under_way_and_202_for_a_map_to_come(admin):
    """409 is provoked in RepoRoutesTests, test_webhooks and the tests of the import, where the work can be held; 202 comes before the first map."""
    assert collections.Counter(path for _, path in promised(409)) == {"/reprocess": 1, "/webhooks/github": 1, "/import/github": 1}
