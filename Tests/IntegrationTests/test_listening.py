"""Where the service listens: Unix sockets, and proxies before it."""

import json
import stat
import subprocess

import pytest
import requests
from Harness.process import eventually


def curl(path, address, *options):
    command = ["curl", "--silent", "--show-error", "--unix-socket", str(path), *options, f"http://localhost{address}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def on_socket(database, upstream, serve, tmp_path):
    path = tmp_path / "embed.sock"

    def start(**settings):
        service = serve(database.settings, upstream.openai(), ready=False, HOST=f"unix:{path}", **settings)

        def answers():
            service.process.check()
            return path.exists() and curl(path, "/readyz").stdout == "ready"

        eventually(answers, within=120, what="readiness")
        return service

    return path, start


def test_a_unix_socket_is_served_and_goes_with_the_service(on_socket):
    path, start = on_socket
    service = start(SOCKET_MODE="600")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    answer = curl(path, "/v1/embeddings", "--json", '{"input":["one","two"]}')
    assert len(json.loads(answer.stdout)["data"]) == 2, answer.stderr
    with pytest.raises(requests.ConnectionError):
        requests.get(service.url + "/livez", timeout=5)
    service.process.stop()
    assert not path.exists()


def test_what_a_killed_service_left_is_replaced_and_what_is_served_is_not(on_socket, run, database, upstream):
    path, start = on_socket
    start().kill()
    assert path.exists()
    start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    settings = {**database.settings, **upstream.openai(), "HOST": f"unix:{path}"}
    second = run("serve", settings=settings)
    assert second.returncode != 0
    assert str(path) in second.stderr
    assert curl(path, "/livez").stdout == "ok"


def test_commands_ask_at_the_socket(on_socket, run, database):
    path, start = on_socket
    start()
    asked = run("status", "--json", settings={**database.settings, "HOST": f"unix:{path}"})
    assert asked.returncode == 0, asked.stderr
    assert "state" in asked.stdout
    named = run("status", "--json", "--server", f"unix:{path}", settings=database.settings)
    assert named.returncode == 0, named.stderr


def test_a_trusted_proxy_says_who_the_client_is(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8", LOG_LEVEL="debug")
    service.get("/pipeline", headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7, 10.1.1.1"})
    eventually(lambda: "peer=198.51.100.7" in service.process.output, within=30, what="the line of the log")


def test_others_may_say_what_they_like(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), TRUSTED_PROXIES="10.0.0.0/8", LOG_LEVEL="debug")
    service.get("/pipeline", headers={"X-Forwarded-For": "198.51.100.7"})
    eventually(lambda: "GET /pipeline 200" in service.process.output, within=30, what="the line of the log")
    assert "198.51.100.7" not in service.process.output
