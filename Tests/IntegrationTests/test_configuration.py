"""Settings: faults are reported together before anything starts; secrets stay secret."""

import pytest

SENTINEL = "sentinel-7f3a9c"
SECRETS = {
    "DB_PASS": f"{SENTINEL}-db", "OPENAI_API_KEY": f"sk-{SENTINEL}-openai", "TOGETHER_API_KEY": f"{SENTINEL}-together",
    "API_KEYS": f"{SENTINEL}-key1,{SENTINEL}-key2", "PRIVATE_SEARCH_KEYS": f"{SENTINEL}-private",
    "GITHUB_WEBHOOK_SECRET": f"{SENTINEL}-webhook",
}


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


def test_config_masks_secrets(run):
    result = run("config", settings=SECRETS)
    assert result.returncode == 0, result.stderr
    assert SENTINEL not in result.stdout + result.stderr


def test_a_secret_is_read_from_a_file(database, upstream, serve, tmp_path):
    (tmp_path / "key").write_text("sk-from-a-file\n")
    settings = upstream.openai(OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    del settings["OPENAI_API_KEY"]
    database.add("a/b")
    serve(database.settings, settings).await_drained(1)
    assert set(upstream.keys) == {"Bearer sk-from-a-file"}


def test_no_secret_shows_in_anything_a_run_prints_or_answers(database, upstream, serve):
    secrets = {**SECRETS}
    del secrets["DB_PASS"]
    upstream.fail(401, body={"error": {"message": f"Incorrect API key provided: {secrets['OPENAI_API_KEY']}",
                                       "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}})
    service = serve(database.settings, upstream.openai(), secrets, LOG_LEVEL="trace", RETRY_ATTEMPTS=1)
    database.add("a/b")
    answers = [service.post("/v1/embeddings", {"input": "x"}).text]
    answers += [service.get(path).text for path in ("/health", "/metrics", "/pipeline", "/pipeline/failures", "/")]
    answers.append(service.get("/repos/a/b").text)
    service.process.stop()
    for text in (*answers, service.process.output):
        assert SENTINEL not in text
        assert database.settings["DB_PASS"] not in text


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
