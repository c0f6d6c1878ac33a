"""Replicas that disagree about the model, and a provider that is away from the start."""

import pytest

from Harness.process import eventually
from Harness.upstream import Upstream

COUNT = 30


@pytest.fixture
def other_upstream():
    """A second provider, of another build of the same model."""
    started = Upstream()
    started.digest = "b" * 64
    yield started
    started.close()


def embedded_texts(upstream):
    return sum(count for text, count in upstream.texts.items() if "Repository: " in text)


def is_waiting(service):
    return service.pipeline()["state"] == "standby"


def test_two_builds_of_one_tag_do_not_embed_the_table_in_turn(database, upstream, other_upstream, serve, run):
    settings = {"LEASE_SECONDS": 5, "RECONCILE_INTERVAL_SECONDS": 10}
    first = serve(database.settings, upstream.ollama(**settings))
    database.fill(COUNT)
    first.await_drained(COUNT)
    second = serve(database.settings, other_upstream.ollama(**settings))
    eventually(lambda: is_waiting(second), what="the second to see that another model is in use")

    # It serves pushes, takes changes for the other to embed, finds words, and embeds no row.
    assert len(second.embed(["a push"])) == 1
    assert second.post("/repos", {"full_name": "owner/new", "description": "Quokka."}).ok
    first.await_drained(COUNT + 1)

    def quokkas():
        found = second.get("/search", params={"q": "quokka", "mode": "text"}).json()["results"]
        return [hit["full_name"] for hit in found] == ["owner/new"]

    eventually(quokkas, what="the second to find the new words")
    assert embedded_texts(other_upstream) == 0 and embedded_texts(upstream) == COUNT + 1

    # It says so everywhere.
    in_use = database.query("SELECT VALUE name FROM [embed_star:model]")[0]
    assert "aaaaaaaaaaaa" in in_use
    assert second.pipeline()["other_model"] == in_use
    assert in_use in second.get("/health").json()["pipeline"]["detail"]
    assert second.metric("model_differs") == 1 and first.metric("model_differs") == 0
    assert any("another model is in use, so this replica" in line for line in second.process.lines)
    doctor = run("doctor", settings=second.settings)
    assert in_use in doctor.stdout and "embed-star model use" in doctor.stdout, doctor.stdout
    shown = run("model", "in-use", settings=second.settings).stdout
    assert in_use in shown and "1 running replica" in shown, shown
    drained = run("drain", settings={**second.settings, "PORT": 0})
    assert drained.returncode != 0 and in_use in drained.stderr, drained.stderr

    # Both name those that embed, and those that do not.
    everybody = lambda service: service.get("/pipeline/replicas").json()
    eventually(lambda: everybody(first) == everybody(second) and everybody(first)["standby"], what="the same in both")
    before, waiting = everybody(first).values()
    assert len(before) == len(waiting) == 1 and before != waiting
    assert [second.pipeline()[kind] for kind in ("replicas", "standby")] == [1, 1]

    # By an explicit act they change places.
    used = run("model", "use", settings=second.settings)
    assert used.returncode == 0 and "bbbbbbbbbbbb" in used.stdout, used.stderr
    second.await_drained(COUNT + 1)
    eventually(lambda: is_waiting(first), what="the first to wait")
    changed = {"replicas": waiting, "standby": before}
    eventually(lambda: everybody(first) == everybody(second) == changed, what="both to be named in the other's place")
    assert embedded_texts(other_upstream) == COUNT + 1 and embedded_texts(upstream) == COUNT + 1

    # When those of the model in use have gone, the other takes over by itself.
    second.process.stop()
    eventually(lambda: database.count("string::contains(embedding_fingerprint, 'aaaaaaaaaaaa')") == COUNT + 1,
               what="every repo's vector of the first model")


def test_a_half_finished_rollout_goes_on_when_the_old_are_killed(database, upstream, serve):
    first = serve(database.settings, upstream.openai(EMBEDDING_DIMENSIONS=64, LEASE_SECONDS=5))
    database.fill(COUNT)
    first.await_drained(COUNT)
    second = serve(database.settings, upstream.openai(EMBEDDING_DIMENSIONS=32, LEASE_SECONDS=5))
    eventually(lambda: is_waiting(second), what="the second to wait")
    first.kill()
    second.await_drained(COUNT)
    assert database.count("array::len(embedding) = 32") == COUNT


def test_texts_made_otherwise_are_another_model(database, upstream, serve):
    first = serve(database.settings, upstream.openai())
    second = serve(database.settings, upstream.openai(EMBED_STARS="exact"))
    eventually(lambda: is_waiting(first) != is_waiting(second), what="one of them to wait")


def test_a_provider_that_is_away_at_the_start_is_no_empty_database(database, upstream, serve, run):
    """Names and words are found, counts are the table's, and vectors are refused with the reason."""
    first = serve(database.settings, upstream.ollama())
    database.fill(116)
    first.await_drained(116)
    first.process.stop()
    database.add("owner/late", description="A numbat.")
    upstream.close()
    service = serve(database.settings, upstream.ollama())
    eventually(lambda: service.pipeline()["total"] == 117, what="the count of the table")
    status = service.pipeline()
    assert status["embedded"] == 116 and status["pending"] == 1 and status["model"] is None
    eventually(lambda: service.metric("repos_pending") == 1, what="the metric")
    assert service.metric("repos_embedded") == 116

    def search(**parameters):
        return service.get("/search", params=parameters)

    eventually(lambda: search(q="numbat", mode="text").json()["results"], what="the words")
    for mode in ["text", "hybrid"]:
        found = search(q="numbat", mode=mode).json()
        assert [hit["full_name"] for hit in found["results"]] == ["owner/late"], mode
        assert found["coverage"] == pytest.approx(116 / 117, abs=1e-4)
    assert search(q="owner-7/repo", mode="text").json()["results"][0]["full_name"] == "owner-7/repo"
    refused = search(q="numbat", mode="vector")
    assert refused.status_code == 503 and "cannot be reached" in refused.json()["detail"], refused.text
    similar = service.get("/repos/owner-7/repo/similar")
    assert similar.status_code == 503, similar.text
    text = run("status", settings=service.settings).stdout
    assert "116 of 117 embedded" in text, text
