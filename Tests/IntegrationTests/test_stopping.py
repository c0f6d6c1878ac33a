"""SIGTERM stops cleanly; SIGKILL loses nothing and repeats at most what was in flight."""

import os
import signal
import socket
import threading

import pytest

from conftest import free_port
from Harness.database import Engine, settings_for
from Harness.process import eventually

REPOS = 3000
WORKERS, BATCH = 4, 64


def leased(database):
    found = database.query("SELECT count() AS n FROM embedding_job WHERE claim != NONE GROUP ALL")
    return found[0]["n"] if found else 0


def test_sigkill_in_the_middle_of_a_drain_loses_nothing(database, upstream, serve):
    database.fill(REPOS)
    upstream.delay = 0.05
    settings = upstream.openai(LEASE_SECONDS=5, PARALLEL_WORKERS=WORKERS, BATCH_SIZE=BATCH)
    service = serve(database.settings, settings)
    eventually(lambda: upstream.total >= REPOS // 4, within=60, what="a quarter of the work")
    service.kill()
    assert 0 < database.count("embedding != NONE") < REPOS, "killed in the middle"

    service.start()
    service.await_ready().await_drained(REPOS)
    assert database.count("embedding != NONE") == REPOS
    assert len(upstream.texts) == REPOS
    # The batches with the provider, and four more whose vectors are being written or wait for it.
    repeated = upstream.total - REPOS
    assert repeated <= (WORKERS + 4) * BATCH, f"{repeated} texts were paid for twice"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_the_service_cleanly(database, upstream, serve, number):
    service = serve(database.settings, upstream.openai())
    service.process.signal(number)
    assert service.process.wait() == 0, service.process.output


def test_a_signal_right_after_the_port_opens_ends_the_service_cleanly(database, upstream, serve):
    service = serve(database.settings, upstream.openai(), ready=False)

    def is_open():
        service.process.check()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", service.port)) == 0

    eventually(is_open, every=0, what="an open port")
    service.process.signal(signal.SIGTERM)
    assert service.process.wait() == 0, service.process.output


def test_sigterm_in_the_middle_of_a_drain_repeats_nothing(database, upstream, serve):
    database.fill(1000)
    upstream.delay = 0.05
    settings = upstream.openai(BATCH_SIZE=32)
    service = serve(database.settings, settings)
    eventually(lambda: upstream.total >= 200, within=60, what="some work")
    assert service.process.stop() == 0, service.process.output
    assert leased(database) == 0, "leases are released"
    service.start()
    service.await_ready().await_drained(1000)
    assert upstream.total == 1000


def test_requests_in_flight_are_answered_on_sigterm(database, upstream, serve):
    upstream.delay = 1.0
    service = serve(database.settings, upstream.openai())
    answers = []
    asking = threading.Thread(target=lambda: answers.append(service.post("/v1/embeddings", {"input": "slow"})))
    asking.start()
    eventually(lambda: upstream.calls, what="the provider call")
    service.process.signal(signal.SIGTERM)
    asking.join(20)
    assert [answer.status_code for answer in answers] == [200]
    assert service.process.wait() == 0


def test_a_second_sigterm_hurries_the_end(database, upstream, serve):
    database.fill(64)
    upstream.delay = 30.0
    service = serve(database.settings, upstream.openai(SHUTDOWN_GRACE_MS=25_000))
    eventually(lambda: upstream.calls, what="the provider call")
    service.process.signal(signal.SIGTERM)
    eventually(lambda: service_refuses(service), what="the shutdown")
    # What comes within a moment of the first counts as the same.
    eventually(lambda: service.process.signal(signal.SIGTERM) or "second signal: stopping" in service.process.output, every=0.1,
               what="the second signal to be heard")
    # The rest of the grace, a fifth, is for leases that cannot be given back.
    assert service.process.wait(within=15) == 0, service.process.output
    assert "Error" not in service.process.output
    assert leased(database) == 0, "leases are released"


def test_a_signal_sent_twice_at_once_is_one(database, upstream, serve):
    """As a terminal and timeout(1) do, which signal the process and its group."""
    upstream.delay = 1.0
    service = serve(database.settings, upstream.openai())
    answers = []
    asking = threading.Thread(target=lambda: answers.append(service.post("/v1/embeddings", {"input": "slow"})))
    asking.start()
    eventually(lambda: upstream.calls, what="the provider call")
    service.process.signal(signal.SIGTERM)
    service.process.signal(signal.SIGTERM)
    asking.join(20)
    assert [answer.status_code for answer in answers] == [200]
    assert service.process.wait() == 0, service.process.output
    assert "second signal: stopping" not in service.process.output


def service_refuses(service):
    try:
        service.get("/livez")
        return False
    except OSError:
        return True


def test_a_taken_port_is_named_with_its_setting(database, upstream, run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for name in ("PORT", "MONITORING_PORT"):
            settings = {**database.settings, **upstream.openai(), "PORT": free_port(), name: port}
            result = run("serve", settings=settings)
            assert result.returncode != 0
            assert f"set {name} (now {port})" in result.stderr


def test_the_service_survives_the_loss_of_its_database(tmp_path, upstream, serve):
    engine = Engine(tmp_path / "data", dict(os.environ))
    database = engine.new_database()
    service = serve(database.settings, upstream.openai())
    database.add("before/loss")
    service.await_drained(1)
    address = engine.address
    engine.process.stop()
    eventually(lambda: service.get("/readyz").status_code == 503, within=60, what="readiness failing")
    assert service.get("/livez").status_code == 200
    assert service.get("/health").status_code == 503
    assert len(service.embed(["still works"])) == 1

    engine = Engine(tmp_path / "data", dict(os.environ), bind=address)
    service.await_ready()
    database = engine.open(database.name)
    database.add("after/loss")
    service.await_drained(2)
    database.close()
    engine.process.stop()


def test_the_service_starts_before_its_database(tmp_path, upstream, serve):
    address = f"127.0.0.1:{free_port()}"
    service = serve(settings_for(address, "late"), upstream.openai(), ready=False).await_live()
    assert service.get("/readyz").status_code == 503
    engine = Engine(tmp_path / "data", dict(os.environ), bind=address)
    service.await_ready()
    engine.process.stop()
