"""The process survives the end of its file descriptors."""

import os
import resource
import socket
import subprocess

import pytest
import requests

from conftest import free_port
from Harness import service as program
from Harness.process import eventually


@pytest.fixture(autouse=True)
def enough_for_the_clients():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def half_sent_heads(port, count):
    clients = []
    for _ in range(count):
        try:
            client = socket.create_connection(("127.0.0.1", port), timeout=5)
            client.sendall(b"GET /livez HTTP/1.1\r\nHos")
            clients.append(client)
        except OSError:
            pass
    return clients


@pytest.mark.parametrize("limit", [160, 1024])
def test_half_sent_heads_on_both_ports_do_not_end_the_process(database, upstream, serve, limit):
    monitoring = free_port()
    launcher = ["prlimit", f"--nofile={limit}:{limit}"]
    service = serve(
        database.settings, upstream.openai(), MONITORING_PORT=monitoring, ready=False, launcher=launcher
    )
    probe = f"http://127.0.0.1:{monitoring}/readyz"

    def is_ready():
        service.process.check()
        try:
            return requests.get(probe, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    eventually(is_ready, what="readiness")
    clients = []
    try:
        for round in range(3):
            for port in (service.port, monitoring):
                clients += half_sent_heads(port, 800)
            # Work that needs descriptors of its own, and threads that the runtime looks after.
            eventually(is_ready, what="a probe under load")
            assert len(service.embed([f"text {round} {index}" for index in range(8)])) == 8
        opened = len(os.listdir(f"/proc/{service.process.pid}/fd"))
        assert opened <= limit - 16, "some are left for the runtime"
    finally:
        for client in clients:
            client.close()
    eventually(is_ready, what="a probe afterwards")
    assert service.process.stop() == 0, service.process.output


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_too_low_a_limit_is_refused_at_the_start(tmp_path, command):
    result = subprocess.run(
        ["prlimit", "--nofile=64:64", str(program.program()), command],
        env=program.environment({}), cwd=tmp_path, text=True, capture_output=True, timeout=60, check=False,
    )
    assert result.returncode == 78
    assert "64 files open" in result.stderr and "ulimit -n" in result.stderr


def test_the_doctor_says_what_the_limit_allows(database, upstream, tmp_path):
    result = subprocess.run(
        ["prlimit", "--nofile=1024:1024", str(program.program()), "doctor"],
        env=program.environment({**database.settings, **upstream.openai(), "PORT": free_port()}), cwd=tmp_path, text=True,
        capture_output=True, timeout=60, check=False,
    )
    assert "warn  files: 1024 may be open" in result.stdout
    assert "MAX_CONNECTIONS is 10000" in result.stdout
