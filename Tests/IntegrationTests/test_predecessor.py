"""What was written for the Rust service embed_star works here: its .env, flags, manifest, metric names."""

import re
import socket

import pytest
import requests
import yaml

from Harness.process import CHECKOUT, Process, eventually
from Harness.service import environment, program

PUBLISHED = CHECKOUT / "Tests/Fixtures/embed_star"
# What tests cannot take as it is: where the other parts are.
PLACES = ("DB_URL", "DB_PASS", "DB_NAMESPACE", "DB_DATABASE")
METRICS = {
    "embeddings_total": {"provider", "model"}, "embeddings_errors_total": {"provider", "error_type"},
    "embedding_duration_seconds_count": {"provider", "model"}, "repos_pending": set(),
    "rate_limits_total": {"provider"},
}


def plain_environment():
    """Without the defaults that tests set elsewhere."""
    return {name: value for name, value in environment({}).items()
            if name not in ("LOG_FORMAT", "POLL_INTERVAL_MS", "BUILTIN_MODEL_DIR")}


def port_is_free():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 9090)) != 0


@pytest.fixture
def start(tmp_path):
    """Starts the program with these arguments and settings, and waits until /livez of port 9090 answers."""
    started = []
    eventually(port_is_free, within=60, what="port 9090 to be free")

    def begin(arguments, settings):
        process = Process([program(), *arguments], {**plain_environment(), **settings}, tmp_path)
        started.append(process)

        def answers():
            process.check()
            try:
                return requests.get("http://127.0.0.1:9090/livez", timeout=5).ok
            except requests.ConnectionError:
                return False

        eventually(answers, within=60, what="port 9090")
        return process

    yield begin
    for process in started:
        if process.is_running:
            process.stop()


def health():
    return requests.get("http://127.0.0.1:9090/health", timeout=5)


def metrics():
    return requests.get("http://127.0.0.1:9090/metrics", timeout=5).text


def has_written(database, name):
    return (database.repo(name) or {}).get("embedding") is not None


def adapted(text, database, upstream):
    """The published .env with the addresses of this test in the place of localhost's."""
    for name in PLACES:
        text = re.sub(rf"^{name}=.*$", f"{name}={database.settings[name]}", text, flags=re.M)
    return re.sub(r"^OLLAMA_URL=.*$", f"OLLAMA_URL={upstream.url}", text, flags=re.M)


def test_its_env_file_starts_the_service_and_embeds(database, upstream, start, tmp_path):
    (tmp_path / ".env").write_text(adapted((PUBLISHED / "env").read_text(), database, upstream))
    database.add("a/b")
    process = start(["serve"], {})
    eventually(lambda: has_written(database, "a/b"), what="the vector of a/b")
    assert len(database.repo("a/b")["embedding"]) == 768
    assert database.repo("a/b")["embedding_model"] and database.repo("a/b")["embedding_generated_at"]
    eventually(lambda: health().ok, what="health")
    process.stop()
    lines = [line for line in process.lines if "no longer have an effect" in line]
    assert len(lines) == 1
    for advice in ("RUST_LOG (use LOG_LEVEL)", "POOL_MAX_SIZE (use POOL_SIZE)", "POOL_WAIT_TIMEOUT_SECS",
                   "POOL_CREATE_TIMEOUT_SECS"):
        assert advice in lines[0]


def test_its_flags_start_the_service(database, upstream, start):
    start(["--db-url", database.settings["DB_URL"], "--db-pass", database.settings["DB_PASS"],
           "--db-namespace", database.settings["DB_NAMESPACE"], "--db-database", database.settings["DB_DATABASE"],
           "--embedding-provider", "ollama", "--embedding-model", "nomic-embed-text", "--ollama-url", upstream.url,
           "--batch-size", "10", "--monitoring-port", "9090"], {})
    eventually(lambda: health().ok, what="health")


def test_its_manifest_starts_the_service_and_its_probes_pass(database, upstream, start):
    (document,) = yaml.safe_load_all((PUBLISHED / "deployment.yaml").read_text())
    (container,) = document["spec"]["template"]["spec"]["containers"]
    settings = {item["name"]: item["value"] for item in container["env"]}
    # The secret of the manifest, and where the test's database and provider are.
    settings.update(upstream.together())
    settings.update(database.settings)
    # The image starts it so.
    start(["serve"], settings)
    for probe in ("livenessProbe", "readinessProbe"):
        request = container[probe]["httpGet"]
        assert request["port"] == 9090
        eventually(lambda path=request["path"]: requests.get(f"http://127.0.0.1:9090{path}", timeout=5).ok,
                   within=30, what=request["path"])
    database.add("a/b")
    eventually(lambda: has_written(database, "a/b"), what="the vector of a/b")


def test_its_metrics_keep_their_names_and_labels(database, upstream, start):
    upstream.fail(429, times=1, headers={"Retry-After": "0"})
    upstream.fail(400, when=lambda texts: any("poison" in str(text) for text in texts))
    start(["serve"], {**database.settings, **upstream.ollama()})
    requests.post("http://127.0.0.1:9090/v1/embeddings", json={"input": "poison"}, timeout=30)
    database.add("a/b")
    eventually(lambda: has_written(database, "a/b"), what="the vector of a/b")
    text = metrics()
    for name, labels in METRICS.items():
        found = re.findall(rf"^embed_star_{name}(?:{{(.*)}})? ", text, re.M)
        assert found, name
        assert {label for sample in found for label in re.findall(r'(\w+)="', sample)} == labels, name


def test_another_name_of_a_provider_gets_one_clear_line(run):
    result = run("serve", settings={"EMBEDDING_PROVIDER": "togetherai"})
    assert result.returncode == 78
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and "EMBEDDING_PROVIDER" in lines[0] and "together" in lines[0]
