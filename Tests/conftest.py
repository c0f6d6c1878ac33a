"""Fixtures of the integration and compatibility tests."""

import itertools
import os
import pathlib

import pytest
import yaml

from Harness import service as program
from Harness.database import Engine
from Harness.github import GitHub
from Harness.process import CHECKOUT, free_port
from Harness.service import Service
from Harness.upstream import Upstream


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """The database engine, one process for all tests, its data on disk."""
    started = Engine(tmp_path_factory.mktemp("engine") / "data", dict(os.environ))
    yield started
    started.process.stop()


@pytest.fixture
def database(engine):
    """An empty database."""
    taken = engine.new_database()
    yield taken
    taken.close()


@pytest.fixture
def upstream():
    """A provider that answers at once."""
    started = Upstream()
    yield started
    started.close()


@pytest.fixture
def github():
    """GitHub's API with nobody's stars."""
    started = GitHub()
    yield started
    started.close()


@pytest.fixture
def serve(tmp_path):
    """Starts `embed-star serve`: serve(database.settings, upstream.openai(), NAME=value)."""
    services = []

    def start(*settings, ready=True, port=None, launcher=(), **more):
        merged = {name: value for group in (*settings, more) for name, value in group.items()}
        started = Service(merged, tmp_path, port or free_port(), launcher)
        services.append(started)
        return started.await_ready() if ready else started

    yield start
    for started in services:
        if started.process.is_running:
            started.process.stop()


@pytest.fixture
def run(tmp_path):
    """Runs a subcommand: run("import", FILE, settings={…})."""

    def execute(*arguments, settings, **options):
        return program.run(arguments, settings, tmp_path, **options)

    return execute


@pytest.fixture(scope="session")
def shared_service(engine, tmp_path_factory):
    """One service with the built-in model for the tests that only ask it for vectors."""
    if not program.MODEL.is_dir():
        pytest.skip("the model is not there; scripts/bootstrap fetches it")
    database = engine.new_database()
    started = Service(database.settings, tmp_path_factory.mktemp("service"), free_port())
    yield started.await_ready()
    started.process.stop()
    database.close()


@pytest.fixture
def contract(shared_service):
    """Skips the test unless `openapi.yaml` names the route: contract("/api/embed")."""
    paths = yaml.safe_load(shared_service.get("/openapi.yaml").text)["paths"]

    def needs(route):
        if route not in paths:
            pytest.skip(f"{route} is not served yet")

    return needs


@pytest.fixture(scope="session")
def sample():
    """The sample that ships with the project."""
    return CHECKOUT / "data/sample-repos.ndjson"


@pytest.fixture
def names():
    """Fresh repo names."""
    counter = itertools.count(1)
    return lambda: f"owner-{next(counter)}/repo"


def pytest_report_header():
    path = pathlib.Path(program.program())
    return f"program: {path.name} ({path.stat().st_size >> 20} MiB)"
