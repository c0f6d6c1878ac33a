"""The contract's words and examples: all are there, and the service bears them out."""

import json

import jsonschema
import pytest
import yaml

from Harness.process import CHECKOUT, eventually

CONTRACT = yaml.safe_load((CHECKOUT / "openapi.yaml").read_text())
METHODS = ("get", "post", "put", "patch", "delete")
REPOS = [
    {"full_name": "apple/swift-log", "description": "A logging API.", "language": "Swift", "stars": 3600, "topics": ["logging"]},
    {"full_name": "tokio-rs/tokio", "description": "A runtime.", "language": "Rust"},
    {"full_name": "rust-lang/rust", "description": "A language.", "language": "Rust"},
]
# What needs more than the service alone: a cross-encoder, a signature, no end.
STATUSES = {"teiRerank": 501, "rerank": 501, "githubWebhook": 403}
ENDLESS = {"/pipeline/events"}
# What the built-in model alone can do.
BUILT_IN = {"teiEmbedAll", "teiTokenize", "teiDecode"}


def resolved(value):
    while "$ref" in value:
        target = CONTRACT
        for name in value["$ref"][2:].split("/"):
            target = target[name]
        value = target
    return value


OPERATIONS = [
    (method, path, item[method], [resolved(one) for one in [*item.get("parameters", []), *item[method].get("parameters", [])]])
    for path, item in CONTRACT["paths"].items() for method in METHODS if method in item
]
IDS = [f"{method} {path}" for method, path, _, _ in OPERATIONS]


def bodies(operation):
    """Every example of a request, with its type."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        examples = [content["example"]] if "example" in content else [one["value"] for one in content.get("examples", {}).values()]
        for example in examples:
            yield kind, content["schema"], example


def validate(value, schema):
    jsonschema.Draft202012Validator({**schema, "components": CONTRACT["components"]}).validate(value)


def test_the_json_is_the_yaml():
    assert json.loads((CHECKOUT / "Page/openapi.json").read_text()) == CONTRACT, "run scripts/openapi"


def test_the_whole_is_described():
    assert CONTRACT["info"]["license"]["identifier"] == "MIT"
    assert CONTRACT["info"]["contact"]["name"]
    assert len({operation["operationId"] for _, _, operation, _ in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("method, path, operation, parameters", OPERATIONS, ids=IDS)
def test_operation_is_described(method, path, operation, parameters):
    assert operation["summary"] and operation["description"]
    for parameter in parameters:
        assert parameter.get("description"), parameter["name"]
        # No cursor is good twice.
        if parameter["name"] != "cursor":
            assert "example" in parameter, parameter["name"]
            validate(parameter["example"], parameter["schema"])
    if "requestBody" in operation:
        assert list(bodies(operation))
    for _, schema, example in bodies(operation):
        validate(example, schema)
    for response in operation["responses"].values():
        for content in resolved(response).get("content", {}).values():
            if "example" in content:
                validate(content["example"], content["schema"])


@pytest.fixture(scope="module")
def service(engine, tmp_path_factory):
    """A service with the repos that the examples name."""
    from conftest import Service, Upstream, free_port

    database, upstream = engine.new_database(), Upstream()
    settings = {**database.settings, **upstream.openai(MODEL_ALIASES="*", SEARCH_BACKEND="memory", GITHUB_API_URL=upstream.url)}
    started = Service(settings, tmp_path_factory.mktemp("examples"), free_port()).await_ready()
    yield started
    started.process.stop()
    upstream.close()
    database.close()


@pytest.fixture
def filled(service):
    """With the repos there, whatever an example did to them."""
    assert service.post("/repos", REPOS).status_code == 202
    eventually(lambda: service.pipeline()["embedded"] >= len(REPOS) and service.pipeline()["pending"] == 0, what="the repos")
    eventually(lambda: len(service.get("/search", params={"q": "tokio", "mode": "text"}).json()["results"]) > 0, what="the index")
    return service


@pytest.mark.parametrize("method, path, operation, parameters",
                         [one for one in OPERATIONS if one[1] not in ENDLESS],
                         ids=[name for name in IDS if name.split()[1] not in ENDLESS])
def test_examples_are_true(filled, shared_service, method, path, operation, parameters):
    asked = shared_service if operation["operationId"] in BUILT_IN else filled
    values = {kind: {one["name"]: one["example"] for one in parameters if one["in"] == kind and "example" in one}
              for kind in ("path", "query", "header")}
    target = path.format(**values["path"]) if values["path"] else path
    headers = {name: str(value) for name, value in values["header"].items()}
    query = {name: json.dumps(value) if isinstance(value, bool) else value for name, value in values["query"].items()}
    for kind, _, body in list(bodies(operation)) or [(None, None, None)]:
        data = None
        if kind == "application/x-ndjson":
            data = "".join(json.dumps(line) + "\n" for line in body)
        elif kind == "application/json":
            data = json.dumps(body)
        elif kind:
            data = body
        sent = {**headers, **({"Content-Type": kind} if kind else {})}
        answer = asked.session.request(method, asked.url + target, params=query, data=data, headers=sent, timeout=60)
        expected = STATUSES.get(operation["operationId"])
        assert answer.status_code == expected if expected else answer.ok, (target, query, answer.status_code, answer.text)
        response = resolved(operation["responses"][str(answer.status_code)])
        content = response.get("content", {}).get(answer.headers.get("Content-Type", "").split(";")[0])
        if content and "json" in answer.headers["Content-Type"] and "ndjson" not in answer.headers["Content-Type"]:
            validate(answer.json(), content["schema"])


def test_the_service_serves_both(service):
    assert yaml.safe_load(service.get("/openapi.yaml").text) == CONTRACT
    answer = service.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == CONTRACT
