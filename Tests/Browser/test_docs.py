"""The API as the page shows it, and the page below a path of a proxy."""

import http.server
import threading

import pytest
import requests

PREFIX = "/tools/embed-star"


class Proxy(http.server.BaseHTTPRequestHandler):
    """Takes the path away before it asks, as nginx does for `location` with `proxy_pass` and a slash."""

    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def forward(self):
        if not self.path.startswith(PREFIX + "/") or self.path.endswith("/events"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept", "if-none-match")}
        answer = requests.request(self.command, self.server.target + self.path[len(PREFIX):], data=body, headers=kept, timeout=30)
        self.server.asked.append(self.path)
        self.send_response(answer.status_code)
        for name in ("Content-Type", "Content-Security-Policy", "ETag"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = forward


@pytest.fixture
def proxy(embedded):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    server.target, server.asked = embedded.url, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_every_operation_of_the_contract_is_shown(visit, embedded):
    contract = embedded.get("/openapi.json").json()
    count = sum(1 for item in contract["paths"].values() for method in item if method in ("get", "post", "delete"))
    page = visit(embedded, "docs")
    page.until(f"document.querySelectorAll('#reference .operation').length === {count}")
    assert "embed-star " + contract["info"]["version"] in page.text("#reference")
    page.evaluate("document.getElementById('operation-listRepos').open = true")
    shown = page.text("#operation-listRepos")
    assert "updated_since" in shown and "application/x-ndjson" in shown and "/repos" in shown
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_a_link_leads_to_an_operation(visit, embedded):
    page = visit(embedded, "docs#operation-map")
    page.until("document.querySelector('#operation-map')?.open && scrollY > 0")
    page.evaluate("location.hash = '#operation-search'")
    page.until("document.querySelector('#operation-search').open")


def test_every_schema_that_is_named_is_shown(visit, embedded):
    schemas = embedded.get("/openapi.json").json()["components"]["schemas"]
    page = visit(embedded, "docs#schema-SearchHit")
    page.until("document.querySelector('#schema-SearchHit')?.open")
    shown = page.text("#schema-SearchHit")
    assert all(name in shown for name in schemas["SearchHit"]["properties"])
    assert page.evaluate("[...document.querySelectorAll('#reference .schema summary code')].map(e => e.textContent)") == [*schemas]


def test_the_page_works_below_a_path(browser, proxy):
    page = browser.new_page().open(f"http://127.0.0.1:{proxy.server_port}{PREFIX}/")
    page.until("document.documentElement.classList.contains('scripted')")
    page.fill("#query", "vector database")
    page.until("document.querySelectorAll('a.name').length > 0")
    assert page.evaluate("location.pathname + location.search") == f"{PREFIX}/?q=vector+database"
    for view, done in [("docs", "document.querySelectorAll('#reference .operation').length > 10"),
                       ("playground", "document.querySelector('#model').options.length > 0"),
                       ("status", "document.querySelectorAll('#parts dt').length > 3")]:
        page.click(f"nav a[data-view={view}]")
        page.until(done)
        assert page.evaluate("location.pathname") == f"{PREFIX}/{view}"
    page.evaluate("history.back()")
    page.until(f"location.pathname === '{PREFIX}/playground'")
    page.close()
