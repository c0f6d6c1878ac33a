"""`embed-star migrate`: from SurrealDB 2.3 to 3."""

import os
import signal

import pytest

from Harness.database import Engine
from Harness.process import Process, eventually
from Harness.proxy import DatabaseProxy
from Harness.service import environment, program

ROWS = 13_080


@pytest.fixture
def old(tmp_path):
    """A database of SurrealDB 2.3, with rows as embed-star leaves them."""
    engine = Engine(tmp_path / "old", {**os.environ, "SURREAL_DEV_ENGINE": "2"})
    database = engine.new_database()
    for start in range(0, ROWS, 1000):
        rows = [
            {"id": f"owner{number % 97}/repo{number}", "full_name": f"Owner{number % 97}/repo{number}", "stars": number,
             "description": f"Number {number}.", "owner": {"login": f"Owner{number % 97}"}, "own": {"field": [1, "a", None]},
             "embedding": [float(number % 7), 0.5, -1.25, 8.0] * 8, "embedding_fingerprint": "builtin/x@32"}
            for number in range(start, min(start + 1000, ROWS))
        ]
        database.query("INSERT INTO repo $rows RETURN NONE", {"rows": rows})
    yield database
    database.close()
    engine.process.stop()


@pytest.fixture
def source(old):
    """What the old database is copied through, as slowly as a test wants."""
    started = DatabaseProxy(old.engine.address)
    yield started
    started.close()


def rows(database):
    """All rows, by id."""
    found = {}
    for start in range(0, ROWS, 2000):
        for row in database.query(f"SELECT * FROM repo ORDER BY id LIMIT 2000 START {start}"):
            found[row["id"].id] = {name: value for name, value in row.items() if name != "id"}
    return found


def test_repos_are_copied_with_their_vectors_whatever_interrupts(old, source, database, tmp_path, run):
    settings = database.settings
    command = ["migrate", "--from", f"ws://{source.bind}", "--from-database", old.name]

    def interrupted(number):
        """Ends a copy after its first page, which it writes down; the rest takes half a minute of waits."""
        source.delay = 0.5
        before = progress(database)
        process = Process([program(), *command], environment(settings), tmp_path)
        eventually(lambda: not process.is_running or progress(database) != before, every=0.005, what="a page")
        assert process.is_running, process.output
        process.signal(number)
        process.wait()
        source.delay = 0
        return count(database)

    first = interrupted(signal.SIGKILL)
    assert 0 < first < ROWS
    second = interrupted(signal.SIGINT)
    assert first < second < ROWS
    result = run(*command, settings=settings)
    assert result.returncode == 0, result.stderr
    assert f"{ROWS:,}" in result.stdout
    assert rows(database) == rows(old)
    assert database.query("SELECT * FROM [embed_star:repo_copy]") == []
    assert run(*command, settings=settings).returncode == 0, "once more changes nothing"
    assert count(database) == ROWS


def count(database):
    try:
        return database.count()
    except AssertionError:
        return 0  # the table is not there yet


def progress(database):
    try:
        return database.query("SELECT * FROM [embed_star:repo_copy]")
    except AssertionError:
        return []


def test_a_source_that_is_not_there_is_named(database, run):
    result = run("migrate", "--from", "ws://127.0.0.1:1", settings=database.settings)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr and result.stderr.strip()
