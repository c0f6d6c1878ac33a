"""`embed-star doctor` finds each fault and says what to do; `drain` does its work."""

import json
import os
import shutil
import socket
import subprocess

import pytest

from conftest import free_port
from Harness import service as program


def test_all_is_well(database, upstream, run):
    result = run("doctor", settings={**database.settings, **upstream.openai()})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "fail" not in result.stdout


@pytest.mark.parametrize("role, may_write", [("VIEWER", False), ("EDITOR", True), ("OWNER", True)])
def test_the_rights_of_the_user_are_told(database, upstream, run, role, may_write):
    database.query(f"DEFINE USER tester ON DATABASE PASSWORD 'secret' ROLES {role}")
    settings = {**database.settings, **upstream.openai(), "DB_USER": "tester", "DB_PASS": "secret",
                "DB_AUTH_LEVEL": "database"}
    result = run("doctor", settings=settings)
    if not may_write:
        return assert_found(result, "fail  rights: DB_USER (now tester) may only read", "EDITOR")
    assert result.returncode == 0, result.stdout
    assert "rights: DB_USER (now tester) may define tables and write" in result.stdout
    assert "embed_star_trial" not in database.query("INFO FOR DB")["tables"]
    # An editor is all that it takes.
    drained = run("drain", settings=settings)
    assert drained.returncode == 0, drained.stderr


def test_an_index_that_is_half_built_is_told(database, upstream, run):
    settings = {**database.settings, **upstream.openai()}
    database.add("a/b")
    assert run("drain", settings=settings).returncode == 0
    words = "none yet" if os.environ.get("SURREAL_DEV_ENGINE") == "2" else "there before the vectors"
    assert f"index: {words}" in run("doctor", settings=settings).stdout
    database.query("REMOVE INDEX IF EXISTS repo_embedding ON repo")
    for phase, words in [("building", "half built"), ("ready", "gone, though it was ready"), ("failed", "no room")]:
        database.query("UPSERT embed_star:vector_index SET fingerprint = 'f', dimensions = 4, phase = $phase, rows = 7, "
                       "error = 'no room'", {"phase": phase})
        result = run("doctor", settings=settings)
        assert any(line.startswith("warn  index: ") and words in line for line in result.stdout.splitlines()), result.stdout


def closed(scheme, path=""):
    """An address where nobody listens."""
    return f"{scheme}://127.0.0.1:{free_port()}{path}"


FAULTS = {
    "database unreachable": (lambda upstream: {"DB_URL": closed("ws")}, "fail  database: ", "DB_URL"),
    "wrong password": (lambda upstream: {"DB_PASS": "wrong"}, "fail  database: ", "DB_USER and DB_PASS"),
    "provider unreachable": (lambda upstream: {"OPENAI_BASE_URL": closed("http", "/v1")}, "fail  provider: ",
                             "OPENAI_BASE_URL"),
    "model missing at Ollama": (lambda upstream: upstream.ollama(EMBEDDING_MODEL="not-pulled"),
                                "fail  provider: ", "ollama pull"),
    "/v1 missing": (lambda upstream: {"OPENAI_BASE_URL": upstream.url}, "fail  provider: ", "OPENAI_BASE_URL: it ends in /v1"),
    "/v1 too much": (lambda upstream: upstream.ollama(OLLAMA_URL=f"{upstream.url}/v1"), "fail  provider: ", "without /v1"),
    "another provider's model": (lambda upstream: {"EMBEDDING_PROVIDER": "builtin", "EMBEDDING_MODEL": "nomic-embed-text"},
                                 "fail  provider: EMBEDDING_MODEL is nomic-embed-text", "settings named"),
    "model folder missing": (lambda upstream: {"EMBEDDING_PROVIDER": "builtin", "BUILTIN_MODEL_DIR": "/nonexistent"},
                             "fail  provider: ", "BUILTIN_MODEL_DIR"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_explained(database, upstream, run, fault):
    settings, finding, remedy = FAULTS[fault]
    given = {**database.settings, **upstream.openai(), **settings(upstream)}
    if given["EMBEDDING_PROVIDER"] != "openai":
        del given["EMBEDDING_DIMENSIONS"]
    assert_found(run("doctor", settings=given), finding, remedy)


def assert_found(result, finding, remedy, fails=True):
    """The finding's line is followed by the remedy's."""
    assert result.returncode == (1 if fails else 0), result.stdout + result.stderr
    lines = result.stdout.splitlines()
    place = next((number for number, line in enumerate(lines) if line.startswith(finding)), None)
    assert place is not None, result.stdout
    assert lines[place + 1].startswith("      → ") and remedy in lines[place + 1], result.stdout


def test_a_refused_key_is_found(database, upstream, run):
    upstream.fail(401, body={"error": {"message": "Incorrect API key", "type": "invalid_request_error",
                                       "param": None, "code": "invalid_api_key"}})
    result = run("doctor", settings={**database.settings, **upstream.openai()})
    assert_found(result, "fail  provider: ", "OPENAI_API_KEY")
    assert "sk-test-sentinel" not in result.stdout + result.stderr


def test_a_missing_schema_is_found(database, upstream, run):
    result = run("doctor", settings={**database.settings, **upstream.openai()})
    assert_found(result, "warn  schema: not created yet", "embed-star serve", fails=False)


def test_vectors_of_other_dimensions_are_found(database, upstream, run, tmp_path):
    path = tmp_path / "repos.ndjson"
    path.write_text(json.dumps({"full_name": "a/b", "description": "A repository."}) + "\n")
    settings = {**database.settings, **upstream.openai()}
    assert run("import", path, settings=settings).returncode == 0
    assert run("drain", settings=settings).returncode == 0
    assert "ok    vectors: 1 of 1" in run("doctor", settings=settings).stdout
    result = run("doctor", settings={**settings, "EMBEDDING_DIMENSIONS": 128})
    assert_found(result, "warn  vectors: 0 of 1", "EMBEDDING_DIMENSIONS", fails=False)
    assert "@64" in result.stdout and "@128" in result.stdout


def test_nothing_is_changed(database, upstream, run, tmp_path):
    """Not even what housekeeping would take away: a change that nobody reads any more."""
    settings = {**database.settings, **upstream.openai()}
    path = tmp_path / "repos.ndjson"
    path.write_text(json.dumps({"full_name": "a/b", "stars": 1}) + "\n")
    assert run("import", path, settings=settings).returncode == 0
    database.query("CREATE embedding_change:⟨01AAAAAAAAAAAAAAAAAAAAAAAA⟩ SET kind = 'UPDATE' RETURN NONE")
    tables = ("embedding_change", "embedding_job", "repo", "repo_identity", "embed_star")
    before = {table: database.query(f"SELECT * FROM {table}") for table in tables}
    assert run("doctor", settings=settings).returncode == 0
    assert {table: database.query(f"SELECT * FROM {table}") for table in tables} == before


def test_a_taken_port_is_found(database, upstream, run):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = run("doctor", settings={**database.settings, **upstream.openai(), "PORT": port})
    assert_found(result, f"warn  port: 127.0.0.1:{port}: Address already in use", "PORT", fails=False)


DAMAGES = {
    "weights cut off": ("model.safetensors", lambda data: data[: len(data) // 2]),
    "weights empty": ("model.safetensors", lambda data: b""),
    "an error page in place of the weights": ("model.safetensors", lambda data: b"<html>404 Not Found</html>"),
    "weights that are no numbers": ("model.safetensors", lambda data: data[:-(8 << 20)] + b"\xff" * (8 << 20)),
    "configuration cut off": ("config.json", lambda data: data[: len(data) // 2]),
    "vocabulary cut off": ("vocab.txt", lambda data: data[: len(data) // 2]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_found(database, run, tmp_path, damage):
    if not program.MODEL.is_dir():
        pytest.skip("the model is not there; scripts/bootstrap fetches it")
    name, change = DAMAGES[damage]
    folder = tmp_path / "model"
    folder.mkdir()
    for part in program.MODEL.iterdir():
        (folder / part.name).symlink_to(part.resolve())
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    (folder / name).write_bytes(change(whole))
    if name == "vocab.txt":
        # The tokenizer is read from either file; without this one it has to be the damaged one.
        (folder / "tokenizer.json").unlink()
    result = run("doctor", settings={**database.settings, "EMBEDDING_PROVIDER": "builtin", "BUILTIN_MODEL_DIR": folder})
    assert_found(result, "fail  provider: ", "scripts/bootstrap")


@pytest.mark.skipif(not shutil.which("faketime"), reason="no faketime; scripts/bootstrap --tests installs it")
@pytest.mark.parametrize("offset, words", [("+2h", "ahead of"), ("-90s", "behind")])
def test_a_wrong_clock_is_found(database, upstream, tmp_path, offset, words):
    settings = program.environment({**database.settings, **upstream.openai()})
    result = subprocess.run(["faketime", "-f", offset, program.program(), "doctor"], env=settings, cwd=tmp_path,
                            text=True, capture_output=True, timeout=60, check=False)
    assert_found(result, "warn  clock: ", "NTP", fails=False)
    assert f"{words} the database's" in result.stdout


def test_drain_empties_the_backlog_and_ends(database, upstream, run, tmp_path):
    path = tmp_path / "repos.ndjson"
    path.write_text("".join(json.dumps({"full_name": f"o{i}/r", "description": f"Number {i}."}) + "\n"
                            for i in range(300)))
    settings = {**database.settings, **upstream.openai()}
    assert run("import", path, settings=settings).returncode == 0
    result = run("drain", settings=settings)
    assert result.returncode == 0, result.stderr
    assert database.count("embedding != NONE") == 300
    again = run("drain", settings=settings)
    assert again.returncode == 0
    assert upstream.total == 300
