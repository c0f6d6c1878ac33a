"""`embed-star doctor` finds each fault and says what to do; `status` and `drain` do their work."""

import json

import pytest

from conftest import free_port


def test_all_is_well(database, upstream, run):
    result = run("doctor", settings={**database.settings, **upstream.openai()})
    assert result.returncode == 0, result.stdout + result.stderr


FAULTS = {
    "no database": (lambda upstream: {"DB_URL": f"ws://127.0.0.1:{free_port()}"}, "database"),
    "wrong password": (lambda upstream: {"DB_PASS": "wrong"}, "db_pass"),
    "no provider": (lambda upstream: upstream.openai(OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1"), "provider"),
    "unknown Ollama model": (lambda upstream: upstream.ollama(EMBEDDING_MODEL="not-pulled"), "not-pulled"),
    "no model folder": (lambda upstream: {"EMBEDDING_PROVIDER": "builtin", "BUILTIN_MODEL_DIR": "/nonexistent"},
                        "/nonexistent"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(database, upstream, run, fault):
    settings, part = FAULTS[fault]
    result = run("doctor", settings={**database.settings, **upstream.openai(), **settings(upstream)})
    assert result.returncode != 0
    assert part in (result.stdout + result.stderr).lower()


def test_a_refused_key_is_named(database, upstream, run):
    upstream.fail(401, body={"error": {"message": "Incorrect API key", "type": "invalid_request_error",
                                       "param": None, "code": "invalid_api_key"}})
    result = run("doctor", settings={**database.settings, **upstream.openai()})
    assert result.returncode != 0
    assert "OPENAI_API_KEY" in result.stdout + result.stderr


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
