"""`embed-star demo`: one command, from nothing to a search."""

import os
import pathlib
import re
import signal
import sys

import pytest
import requests

from Harness.process import CHECKOUT, Process, eventually
from Harness.service import MODEL, environment, program


@pytest.fixture
def demo(tmp_path):
    """Starts it with the engine that the tests have, and gives it back with the address that it says."""
    started = []

    def start(*arguments, **settings):
        given = environment({"BUILTIN_MODEL_DIR": MODEL, **settings})
        # The defaults of the tests are none of a user's.
        given = {name: value for name, value in given.items() if name != "LOG_FORMAT"}
        process = Process([program(), "demo", "--engine", CHECKOUT / "scripts/surreal-dev", *arguments,
                           "--sample", CHECKOUT / "data/sample-repos.ndjson"],
                          {**given, "EMBED_STAR_PYTHON": sys.executable}, tmp_path)
        started.append(process)
        said = eventually(lambda: process.check() or re.search(r"Open (http://\S+) in a browser", process.output), within=180,
                          what="the introduction")
        return process, said[1]

    yield start
    for process in started:
        if process.is_running:
            process.stop()


def children(pid):
    """Of all its threads."""
    return [int(child) for file in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def test_one_command_leads_to_a_search_and_leaves_nothing_behind(demo):
    process, address = demo()
    (engine,) = children(process.pid)
    # It hears of signals, so that it can end in order.
    status = pathlib.Path(f"/proc/{engine}/status").read_text()
    assert int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16) == 0, status
    eventually(lambda: re.search(r"(\d+) of \1 repos embedded, 0 to go", process.output), within=180, what="the embeddings")
    # Nothing is said before anything is counted.
    assert "of 0 repos" not in process.output
    hits = requests.get(f"{address}/search", params={"q": "run language models on my laptop"}, timeout=30).json()["results"]
    assert hits
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.output
    assert not os.path.exists(f"/proc/{engine}")


def test_a_second_one_takes_other_ports_and_a_folder_keeps_the_data(demo, tmp_path):
    first, address = demo("--data", tmp_path / "data")
    second, other = demo()
    assert address != other
    first.signal(signal.SIGTERM)
    assert first.wait() == 0
    again, _ = demo("--data", tmp_path / "data")
    assert again.is_running


def test_what_is_missing_is_said(run):
    done = run("demo", "--engine", "/no/such/program", settings={})
    assert done.returncode == 66 and "--engine" in done.stderr, done.stderr
    done = run("demo", "--engine", "/bin/false", settings={})
    assert done.returncode == 69 and "ended at once" in done.stderr, done.stderr
