"""Tables that are removed and restored while the service runs: it notices, and puts itself right."""

import pytest

from Harness.process import eventually

ROWS = "SELECT full_name, description, language, stars, owner, url, is_private FROM repo"


@pytest.fixture
def service(database, upstream, serve):
    started = serve(database.settings, upstream.openai(RECONCILE_INTERVAL_SECONDS=10))
    database.fill(20)
    started.await_drained(20)
    eventually(lambda: found(started, "Repository"), what="the words of the repos")
    return started


def found(service, words, **parameters):
    answer = service.get("/search", params={"q": words, "mode": "text", "limit": 100, **parameters}).json()
    return {hit["full_name"] for hit in answer["results"]}


def stands_again(service):
    """The service noticed, and has put back what was missing."""
    eventually(lambda: service.get("/readyz").status_code == 503
               or any("the schema is damaged" in line for line in service.process.lines), what="the notice")
    eventually(lambda: service.get("/readyz").status_code == 200, what="readiness")


def test_a_removed_table_that_is_imported_again_is_followed(database, upstream, service, run):
    database.query("REMOVE TABLE repo; DEFINE TABLE repo SCHEMALESS;")
    for name in ["restored/one", "restored/two"]:
        database.add(name, description="Wombats.")
    stands_again(service)
    eventually(lambda: found(service, "wombats") == {"restored/one", "restored/two"}, what="the new rows")
    eventually(lambda: found(service, "Repository") == set(), what="the removed rows to be found no more")
    eventually(lambda: service.pipeline()["total"] == 2, what="the count of the new table")
    service.await_drained(2)
    database.add("restored/three", description="Wombats.")
    service.await_drained(3)
    eventually(lambda: len(found(service, "wombats")) == 3, what="the row that the event told of")


def test_a_removed_event_is_told_by_doctor(database, upstream, serve, run):
    service = serve(database.settings, upstream.openai())
    service.process.stop()
    database.query("REMOVE EVENT embedding ON TABLE repo")
    doctor = run("doctor", settings=service.settings)
    assert doctor.returncode == 1 and "lost its event" in doctor.stdout, doctor.stdout
    service.start()
    service.await_ready()
    assert "lost its event" not in run("doctor", settings=service.settings).stdout


def test_rows_of_a_backup_beside_the_events_are_found_by_the_sweep(database, upstream, service):
    """`surreal import` fires no events; a restored row keeps the vector of another text."""
    database.query("OPTION IMPORT; UPDATE repo SET description = 'Bandicoots.' WHERE full_name = 'owner-3/repo'")
    row = {"full_name": "owner/unseen", "description": "Bandicoots.", "owner": {"login": "owner"}}
    database.query("OPTION IMPORT; INSERT INTO repo $row", {"row": row})
    service.await_drained(21)
    eventually(lambda: found(service, "bandicoots") == {"owner-3/repo", "owner/unseen"}, what="what was restored")
    texts = [text for text in upstream.texts if "Bandicoots" in text]
    assert len(texts) == 2, "both were embedded"


def test_rows_that_a_restore_took_away_are_found_no_more(database, service):
    database.query("OPTION IMPORT; DELETE repo WHERE full_name = 'owner-3/repo'")
    database.query("OPTION IMPORT; UPDATE repo SET description = 'Bilbies.' WHERE full_name = 'owner-4/repo'")
    eventually(lambda: "owner-3/repo" not in found(service, "Repository", limit=100), what="the row to go")


def test_a_namespace_that_went_away_comes_back_without_a_restart(engine, upstream, serve):
    database = engine.open("restored")
    settings = {**database.settings, "DB_NAMESPACE": "vanishing"}
    service = serve(settings, upstream.openai())
    assert service.post("/repos", {"full_name": "owner/before", "description": "Numbats."}).ok
    service.await_drained(1)
    database.query("REMOVE NAMESPACE vanishing")
    stands_again(service)
    assert service.post("/repos", {"full_name": "owner/after", "description": "Quolls."}).ok
    database.client.use("vanishing", "restored")
    eventually(lambda: database.count("embedding != NONE") == 1, what="the new row's embedding")
    eventually(lambda: service.pipeline()["total"] == 1, what="the count of the new table")
    eventually(lambda: found(service, "quolls") == {"owner/after"}, what="the new row")
    eventually(lambda: found(service, "numbats") == set(), what="the old row to be found no more")
    database.close()
