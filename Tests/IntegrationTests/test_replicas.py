"""Several replicas on one database: they share the work, and the loss of one delays only what it had claimed."""

import time

import pytest

from Harness.process import eventually

LEASE = 5


def start(serve, database, upstream, count, **settings):
    services = [
        serve(database.settings, upstream.openai(LEASE_SECONDS=LEASE, BATCH_SIZE=16, **settings), ready=False)
        for _ in range(count)
    ]
    for service in services:
        service.await_ready()
    return services


def test_replicas_share_the_work_and_pay_for_each_text_once(database, upstream, serve):
    # The provider sets the pace, not the processor that all of them share with other tests.
    upstream.delay = 0.2
    services = start(serve, database, upstream, 3, PARALLEL_WORKERS=2)
    database.fill(3000)
    services[0].await_drained(3000, within=300)
    assert database.count("embedding != NONE") == 3000
    assert upstream.total <= 3000 * 1.02, "less than 2 % is paid for twice"
    shares = [service.metric("pipeline_written_total") for service in services]
    assert sum(shares) == 3000
    assert min(shares) >= 3000 / 3 / 2, f"near-equal shares, not {shares}"
    assert sum(service.metric("pipeline_fenced_total") for service in services) == 0


@pytest.mark.parametrize("killed", [1, 2])
def test_the_rest_finish_the_work_of_killed_replicas(database, upstream, serve, killed):
    upstream.delay = 0.2
    services = start(serve, database, upstream, 3, PARALLEL_WORKERS=2)
    database.fill(900)
    eventually(lambda: upstream.total >= 200, within=60, what="some work")
    for service in services[:killed]:
        service.kill()
    services[-1].await_drained(900, within=120)
    assert database.count("embedding != NONE") == 900
    assert upstream.total <= 900 + killed * (2 + 4) * 16, "only what the killed had in flight is paid for twice"


def test_a_pause_holds_for_all_replicas_until_the_resume(database, upstream, serve):
    services = start(serve, database, upstream, 2)
    assert services[0].post("/pipeline/pause").status_code == 200
    eventually(lambda: all(service.pipeline()["state"] == "paused" for service in services), what="all paused")
    database.fill(50)
    time.sleep(1)
    assert upstream.total == 0
    assert services[1].post("/pipeline/resume").status_code == 200
    services[0].await_drained(50)


def test_a_change_of_model_is_migrated_in_the_background(database, upstream, serve):
    """Other dimensions: search keeps to the new vectors and tells its coverage; a stop in the middle loses nothing."""
    database.fill(600)
    first = serve(database.settings, upstream.openai(EMBEDDING_DIMENSIONS=64))
    first.await_drained(600)
    first.process.stop()
    upstream.delay = 0.3
    settings = upstream.openai(EMBEDDING_DIMENSIONS=32, BATCH_SIZE=16, PARALLEL_WORKERS=2)
    second = serve(database.settings, settings)
    eventually(lambda: 0 < second.pipeline()["embedded"] < 600, within=60, what="the middle of the migration")
    status = second.pipeline()
    assert status["pending"] > 0 and status["total"] == 600 and status["eta_seconds"] is not None
    found = second.get("/search", params={"q": "Repository number", "mode": "vector", "limit": 100}).json()
    assert 0 < found["coverage"] < 1
    names = [result["full_name"] for result in found["results"]]
    of_new = database.query(
        "SELECT VALUE full_name FROM repo WHERE full_name IN $names AND array::len(embedding) = 32", {"names": names})
    assert set(of_new) == set(names)
    second.process.stop()
    upstream.delay = 0.0
    second.start()
    second.await_ready().await_drained(600)
    assert database.count("array::len(embedding) = 32") == 600
    made = sum(count for text, count in upstream.texts.items() if text.startswith("Repository: "))
    assert made == 1200, "what was migrated before the stop is not made again"


def test_a_drift_of_stars_costs_nothing_unless_the_rounded_count_changes(database, upstream, serve):
    database.fill(500)
    database.query("UPDATE repo SET stars = 12345 RETURN NONE")
    service = serve(database.settings, upstream.openai())
    service.await_drained(500)
    for day in range(5):
        database.query("UPDATE repo SET stars += 10 RETURN NONE")
        unchanged = 500 * (day + 1)
        eventually(lambda: service.pipeline()["skipped_unchanged"] == unchanged, what=f"{unchanged} unchanged texts")
    assert upstream.total == 500
    database.query("UPDATE repo SET stars = 13001 WHERE full_name = 'owner-7/repo'")
    eventually(lambda: upstream.total == 501, what="the call for the rounded count that changed")
