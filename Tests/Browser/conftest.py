"""The page in a real browser, served by the real program over the real database engine."""

import functools
import http.server
import os
import threading

import pytest

from Harness.browser import Browser, chromium
from Harness.process import CHECKOUT, eventually, free_port
from Harness.service import Service
from Harness.upstream import Upstream

TOPICS = {
    "Rust": "fast vector database search engine", "Go": "container network proxy load balancer",
    "Python": "neural language model training", "JavaScript": "user interface component library",
}


def pytest_collection_modifyitems(items):
    if not chromium():
        for item in items:
            if "Browser" in str(item.path):
                item.add_marker(pytest.mark.skip(reason="no Chromium; scripts/bootstrap --tests installs it"))


def add_repos(database, count, first=0):
    """Repos of four topics, each of one language."""
    rows = []
    for number in range(first, first + count):
        language = list(TOPICS)[number % len(TOPICS)]
        owner = f"owner-{number % 7}"
        rows.append({
            "full_name": f"{owner}/repo-{number}", "name": f"repo-{number}", "language": language,
            "description": f"{TOPICS[language]} number{number}", "stars": 10 * number, "owner": {"login": owner},
            "url": f"https://github.com/{owner}/repo-{number}", "is_private": False, "topics": [f"about-{language.lower()}"],
        })
    database.query("INSERT INTO repo $rows", {"rows": rows})


@pytest.fixture
def fill():
    """Adds repos to a database: fill(database, COUNT)."""
    return add_repos


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = Browser(tmp_path_factory.mktemp("browser"), dict(os.environ))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def embedded(engine, tmp_path_factory):
    """A service with 200 repos, all embedded, whose search and map are ready."""
    database, upstream = engine.new_database(), Upstream()
    settings = {**database.settings, **upstream.openai(), "SEARCH_BACKEND": "memory"}
    started = Service(settings, tmp_path_factory.mktemp("browser-service"), free_port()).await_ready()
    add_repos(database, 200)
    started.await_drained(200)
    eventually(lambda: len(found(started, "number199")) > 0, what="the last repo in the search")
    eventually(lambda: started.get("/map").status_code == 200, what="the map")
    yield started
    started.process.stop()
    upstream.close()
    database.close()


def found(service, text):
    answer = service.get("/search", params={"q": text, "mode": "text"})
    return answer.json().get("results", [])


class Files(http.server.SimpleHTTPRequestHandler):
    """The page's sources as they lie on disk."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def sources():
    """The address under which the page's sources are served as they are."""
    handler = functools.partial(Files, directory=str(CHECKOUT / "Page"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser):
    """Opens the page of a service; at the end nothing may have been complained of, and nobody else asked."""
    pages = []

    def start(service, address="", tolerated=(), **options):
        page = browser.new_page(**options)
        pages.append((page, service, tolerated))
        return page.open(service.url + "/" + address)

    yield start
    for page, service, tolerated in pages:
        page.evaluate("0")
        strange = [url for url in page.requests if not url.startswith((service.url + "/", "data:", "about:"))]
        complaints = [text for text in page.complaints if not any(part in text for part in tolerated)]
        page.close()
        assert not strange
        assert not complaints
