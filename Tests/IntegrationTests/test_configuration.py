"""Settings: faults are reported together before anything starts; secrets stay secret."""

import re

import pytest

from Harness import service as program
from Harness.process import CHECKOUT, eventually

SENTINEL = "sentinel-7f3a9c"
# All settings whose names say that they hold a secret.
SECRETS = {
    name: f"{'x-key=' if name.endswith('HEADERS') else ''}{SENTINEL}-{name.lower()}"
    for name in re.findall(r"^#?(\w*(?:KEYS?|TOKEN|SECRET|PASS|HEADERS))=", (CHECKOUT / ".env.example").read_text(), re.M)
}
SECRETS["API_KEYS"] += f",{SENTINEL}-second"


def test_all_faults_are_reported_together(run):
    result = run("serve", settings={"PORT": "no-port", "BATCH_SIZE": "0", "EMBEDDING_PROVIDER": "acme"})
    assert result.returncode != 0
    for part in ("PORT", "no-port", "BATCH_SIZE", "EMBEDDING_PROVIDER", "acme", "builtin"):
        assert part in result.stderr


@pytest.mark.parametrize("settings, part", [
    ({"DB_URL": "not a url"}, "DB_URL"),
    ({"LEASE_SECONDS": "soon"}, "LEASE_SECONDS"),
    ({"EMBED_STARS": "many"}, "EMBED_STARS"),
    ({"EMBEDDING_PROVIDER": "openai"}, "OPENAI_API_KEY"),
    ({"EMBEDDING_PROVIDER": "together"}, "TOGETHER_API_KEY"),
    ({"BUILTIN_MODEL_DIR": "/nonexistent/model"}, "/nonexistent/model"),
    ({"BUILTIN_MODEL_DIR": "/nonexistent/model"}, "scripts/bootstrap fetches the default model again"),
    ({"OPENAI_API_KEY_FILE": "/nonexistent/key"}, "OPENAI_API_KEY_FILE"),
])
def test_a_fault_names_the_setting(run, settings, part):
    result = run("serve", settings=settings)
    assert result.returncode != 0
    assert part in result.stderr + result.stdout


def test_an_unknown_flag_stops_the_start(run):
    result = run("serve", "--colour", "blue", settings={})
    assert result.returncode != 0
    assert "--colour" in result.stderr


def test_an_empty_value_counts_as_not_set(run):
    result = run("config", settings={"PORT": "", "BATCH_SIZE": ""})
    assert result.returncode == 0
    assert "9090" in result.stdout


def test_flag_beats_environment_beats_file(run, tmp_path):
    (tmp_path / ".env").write_text('export BATCH_SIZE="11"\nPOOL_SIZE=12 # connections\nPORT=7001\n')
    result = run("config", "--port", "7003", settings={"POOL_SIZE": "13"})
    assert result.returncode == 0, result.stderr
    shown = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    for name, value in (("BATCH_SIZE", "11"), ("POOL_SIZE", "13"), ("PORT", "7003")):
        assert value in shown[name]


def test_every_secret_setting_has_a_sentinel(run):
    """So that a new one cannot be forgotten: the secrets are those that `config` masks, and their names say so."""
    rows = [[cell.strip(" `") for cell in line.split("|")] for line in
            run("config", "--markdown", settings={}).stdout.splitlines() if line.startswith("| `")]
    # A secret has no default but the database's password.
    candidates = [row[1] for row in rows if row[2] == "–"] + ["DB_PASS"]
    masked = {name for name in candidates if "***" in run("config", settings={name: "x=1"}).stdout}
    assert masked == set(SECRETS)


def test_a_secret_is_read_from_a_file(database, upstream, serve, tmp_path):
    (tmp_path / "key").write_text("sk-from-a-file\n")
    settings = upstream.openai(OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    del settings["OPENAI_API_KEY"]
    database.add("a/b")
    serve(database.settings, settings).await_drained(1)
    assert set(upstream.keys) == {"Bearer sk-from-a-file"}


def answers_of(service):
    """Everything that a run answers to somebody who asks around."""
    texts = [service.post("/v1/embeddings", {"input": "x"}).text]
    for path in ("/health", "/readyz", "/metrics", "/pipeline", "/pipeline/failures", "/", "/openapi.yaml", "/info",
                 "/v1/models", "/api/tags", "/repos/a/b", "/repos/a/b/similar", "/search?q=x", "/nowhere"):
        answer = service.get(path)
        texts += [answer.text, str(answer.headers)]
    texts.append(service.get("/pipeline", headers={"Authorization": "Bearer wrong"}).text)
    texts.append(service.post("/webhooks/github", {"zen": "x"}, headers={"X-Hub-Signature-256": "sha256=00"}).text)
    return texts


def check_for_secrets(*texts):
    for text in texts:
        assert SENTINEL not in text, next(line for line in text.splitlines() if SENTINEL in line)


@pytest.mark.parametrize("provider", ["openai", "together", "ollama"])
def test_no_secret_shows_in_anything_a_run_prints_or_answers(database, upstream, serve, provider):
    secrets = {name: value for name, value in SECRETS.items() if name != "DB_PASS"}
    quoted = f"Incorrect API key provided: {SENTINEL}, {secrets['OPENAI_API_KEY']}, {secrets['TOGETHER_API_KEY']}"
    # The provider quotes the credentials that it refuses, in the places where providers do.
    upstream.fail(401, times=3, body={"error": {"message": quoted.replace(f"{SENTINEL}, ", ""), "param": None,
                                                "type": "invalid_request_error", "code": "invalid_api_key"}})
    upstream.fail(500, times=3, body={"error": quoted.replace(f"{SENTINEL}, ", "")})
    settings = getattr(upstream, provider)(**secrets)
    if provider == "ollama":
        settings["OLLAMA_URL"] = upstream.url.replace("://", f"://me:{SENTINEL}-in-url@")
    service = serve(database.settings, settings, LOG_LEVEL="trace", LOG_FORMAT="json", RETRY_ATTEMPTS=1,
                    OTEL_EXPORTER_OTLP_ENDPOINT=upstream.url)
    database.add("a/b")
    texts = answers_of(service)
    upstream.heal()
    texts += answers_of(service)
    service.process.stop()
    check_for_secrets(*texts, service.process.output)
    assert database.settings["DB_PASS"] not in "".join(texts) + service.process.output


def test_no_secret_shows_when_the_database_refuses_it_or_is_away(database, upstream, serve):
    refused = {**database.settings, "DB_PASS": SECRETS["DB_PASS"]}
    away = {**refused, "DB_URL": f"ws://me:{SENTINEL}-in-url@127.0.0.1:9"}
    for settings in (refused, away):
        service = serve(settings, upstream.openai(), LOG_LEVEL="trace", ready=False).await_live()
        eventually(lambda: "detail" in service.get("/health").json()["database"], what="a fault of the database")
        texts = answers_of(service)
        service.process.stop()
        check_for_secrets(*texts, service.process.output)


@pytest.mark.parametrize("arguments", [
    ["config"], ["config", "--markdown"], ["config", "--example"], ["doctor"], ["drain"], ["status"],
    ["import", "missing.ndjson"], ["search", "x"], ["serve", "--help"], ["serve", "--prot", "1"],
])
def test_no_command_prints_a_secret(run, arguments):
    settings = {**SECRETS, "DB_URL": f"ws://me:{SENTINEL}-in-url@127.0.0.1:9", "EMBEDDING_PROVIDER": "openai",
                "OPENAI_BASE_URL": f"http://me:{SENTINEL}-in-url@127.0.0.1:9/v1", "LOG_LEVEL": "trace"}
    result = run(*arguments, settings=settings)
    check_for_secrets(result.stdout, result.stderr)


@pytest.mark.parametrize("settings, words", [
    ({"EMBEDDING_MODEL": "nomic-embed-text"}, "EMBEDDING_MODEL is nomic-embed-text, but the built-in model is all-MiniLM-L6-v2"),
    ({"EMBEDDING_DIMENSIONS": 1024}, "EMBEDDING_DIMENSIONS is 1024, which all-MiniLM-L6-v2 cannot give"),
    ({"EMBEDDING_DIMENSIONS": 100}, "EMBEDDING_DIMENSIONS is 100, which all-MiniLM-L6-v2 cannot give"),
    ({"EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "sk-x", "EMBEDDING_DIMENSIONS": 4096}, "text-embedding-3-small"),
])
def test_vectors_are_not_named_wrongly(run, settings, words):
    if not program.MODEL.is_dir():
        pytest.skip("the model is not there; scripts/bootstrap fetches it")
    result = run("serve", settings={"PORT": 0, "DB_URL": "ws://127.0.0.1:9", **settings})
    assert result.returncode == 78, result.stderr
    assert words in result.stderr


@pytest.mark.parametrize("arguments, settings, code, words", [
    (["--port"], {}, 64, "--port: needs a value"),
    ([], {"PORT": "many"}, 78, "PORT"),
    ([], {"EMBEDDING_PROVIDER": "openai"}, 78, "OPENAI_API_KEY is not set"),
    ([], {"EMBEDDING_PROVIDER": "gemini"}, 78, "GEMINI_API_KEY is not set"),
    ([], {"BUILTIN_MODEL_DIR": "/nonexistent"}, 66, "BUILTIN_MODEL_DIR"),
])
def test_what_a_restart_does_not_mend_has_a_code_that_ends_restarts(run, arguments, settings, code, words):
    result = run("serve", *arguments, settings={"PORT": 0, "DB_URL": "ws://127.0.0.1:9", **settings})
    assert result.returncode == code, result.stderr
    assert words in result.stderr
    unit = (CHECKOUT / "deploy/systemd/embed-star.service").read_text()
    assert str(code) in re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.M)[1].split()


def test_no_fault_of_a_setting_prints_a_secret(run):
    settings = {**SECRETS, "DB_URL": f"ftp://me:{SENTINEL}-in-url@host", "PORT": "none",
                "GITHUB_WEBHOOK_SECRET_FILE": "/nowhere"}
    result = run("serve", settings=settings)
    assert result.returncode == 78
    check_for_secrets(result.stdout, result.stderr)


@pytest.mark.parametrize("command", [
    [], ["serve"], ["import"], ["search"], ["similar"], ["status"], ["drain"], ["config"], ["doctor"],
])
def test_every_command_explains_itself(run, command):
    result = run(*command, "--help", settings={})
    assert result.returncode == 0
    assert "USAGE" in result.stdout.upper()


def test_an_unknown_command_is_a_usage_error(run):
    result = run("fly", settings={})
    assert result.returncode == 64
