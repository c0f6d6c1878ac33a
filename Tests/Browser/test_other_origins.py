"""What a page of another origin can have a real browser do to the service, and what it can when its origin is named."""

import http.server
import json
import os
import threading

import pytest

from Harness.browser import Browser, chromium

pytestmark = pytest.mark.skipif(not chromium(), reason="no Chromium; scripts/bootstrap --tests installs it")

COMMANDS = """(async () => {
  const blob = text => new Blob([text]);
  const form = new URLSearchParams({input: "paid by you"});
  const asked = [["POST", "/pipeline/pause"], ["POST", "/repos", blob('{"full_name":"evil/planted"}')],
    ["POST", "/repos/a/here/reprocess?force=true"], ["POST", "/reprocess", blob('{"scope":"all","force":true}')],
    ["POST", "/v1/embeddings", blob('{"input":"paid by you"}')], ["POST", "/api/embed", form],
    ["GET", "/search?q=paid+by+you"]];
  const found = [];
  for (const [method, path, body] of asked)
    try { found.push((await fetch(SERVICE + path, {method, body, mode: "no-cors"})).type); }
    catch (error) { found.push(String(error)); }
  return found;
})()"""

READ = """(async () => {
  try {
    const answer = await fetch(SERVICE + "/search", {method: "POST", headers: {"Content-Type": "application/json",
      "X-Stainless-Os": "test"}, body: JSON.stringify({q: "here", mode: "text"})});
    return [answer.status, Boolean(answer.headers.get("X-Request-Id")), (await answer.json()).mode];
  } catch (error) { return String(error); }
})()"""


@pytest.fixture
def elsewhere():
    """The address of a page of another origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(tmp_path):
    browser = Browser(tmp_path / "profile", dict(os.environ))
    opened = browser.new_page()
    yield opened
    opened.close()
    browser.stop()


def run(page, script, service):
    return page.evaluate(script.replace("SERVICE", json.dumps(service.url)))


def test_a_page_of_another_origin_commands_nothing(database, upstream, serve, page, elsewhere):
    database.query("INSERT INTO repo $row", {"row": {"full_name": "a/here", "name": "here", "is_private": False}})
    service = serve(database.settings, upstream.openai())
    service.await_drained(1)
    calls = len(upstream.calls)
    page.open(elsewhere + "/")
    assert run(page, COMMANDS, service) == ["opaque"] * 7
    assert isinstance(run(page, READ, service), str)
    assert service.metric("http_requests_total", status="403") == 7
    assert service.pipeline()["state"] != "paused"
    assert database.repo("evil/planted") is None
    assert len(upstream.calls) == calls


def test_a_page_of_an_origin_that_is_named_may_ask_and_read(database, upstream, serve, page, elsewhere):
    service = serve(database.settings, upstream.openai(CORS_ALLOW_ORIGIN=elsewhere))
    page.open(elsewhere + "/")
    assert run(page, READ, service) == [200, True, "text"]
