"""The way of a repo: a row of `repo`, whoever writes it, gets a vector; the same text is paid for once."""

import math

import pytest

from Harness.process import eventually
from Harness.upstream import vector


def await_vector(database, name, unlike=None):
    """The row once it has a vector, and another one than `unlike`."""

    def row():
        found = database.repo(name)
        return found if found and found.get("embedding") and found["embedding"] != unlike else None

    return eventually(row, what=f"the vector of {name}")


def test_a_row_written_by_the_official_client_is_embedded(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    database.add("apple/swift-format", "Formats Swift source code.")
    row = await_vector(database, "apple/swift-format")
    assert len(row["embedding"]) == 64
    assert math.isclose(sum(value * value for value in row["embedding"]), 1, rel_tol=1e-3)
    service.await_drained(1)
    assert upstream.total == 1


def test_the_text_sent_names_what_the_repo_is(database, upstream, serve):
    serve(database.settings, upstream.openai())
    database.add("apple/swift-format", "Formats Swift source code.", "Swift", 2871)
    await_vector(database, "apple/swift-format")
    (text,) = upstream.texts
    for part in ("apple/swift-format", "Formats Swift source code.", "Language: Swift", "Stars: 2800"):
        assert part in text


def test_rows_that_were_there_before_are_embedded(database, upstream, serve, names):
    for _ in range(30):
        database.add(names())
    serve(database.settings, upstream.openai()).await_drained(30)
    assert upstream.total == 30


def test_a_changed_description_replaces_the_vector(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    database.add("a/b", "A parser for dates.")
    before = await_vector(database, "a/b")["embedding"]
    database.query("UPDATE repo SET description = 'Draws charts.' WHERE full_name = 'a/b'")
    await_vector(database, "a/b", unlike=before)
    service.await_drained(1)
    assert upstream.total == 2


@pytest.mark.parametrize("change", [
    "updated_at = time::now()",
    "stars = 2899",
    "description = description",
    "avatar = 'https://example.org/a.png'",
])
def test_an_unchanged_text_is_not_sent_again(database, upstream, serve, change):
    service = serve(database.settings, upstream.openai())
    database.add("a/b", "A parser for dates.", stars=2850)
    before = await_vector(database, "a/b")
    database.query(f"UPDATE repo SET {change} WHERE full_name = 'a/b'")
    database.add("after/wards")
    await_vector(database, "after/wards")
    service.await_drained(2)
    assert upstream.total == 2
    assert database.repo("a/b")["embedding"] == before["embedding"]


def test_a_row_deleted_while_it_waits_leaves_no_job(database, upstream, serve):
    fault = upstream.fail(503)
    service = serve(database.settings, upstream.openai())
    database.add("a/b")
    eventually(lambda: upstream.calls, what="a provider call")
    database.query("DELETE repo WHERE full_name = 'a/b'")
    fault.times = 0
    database.add("c/d")
    await_vector(database, "c/d")
    service.await_drained(1)
    assert database.repo("a/b") is None
    assert database.count() == 1


def test_a_change_during_the_provider_call_wins(database, upstream, serve):
    """The vector of the old text is never left on the new one."""
    upstream.delay = 0.5
    service = serve(database.settings, upstream.openai())
    database.add("a/b", "The old words.")
    eventually(lambda: upstream.calls, what="a provider call")
    database.query("UPDATE repo SET description = 'The new words.' WHERE full_name = 'a/b'")
    service.await_drained(1)
    eventually(lambda: any("new words" in text for text in upstream.texts), what="the new text at the provider")
    service.await_drained(1)
    new = next(text for text in upstream.texts if "new words" in text)
    wanted = pytest.approx(vector(new, 64), abs=1e-5)
    eventually(lambda: database.repo("a/b").get("embedding") == wanted, what="the vector of the new text")


def test_private_repos_stay_at_home(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    database.add("secret/plans", "Hush.", is_private=True)
    database.add("open/door")
    await_vector(database, "open/door")
    service.await_drained(1)
    assert all("Hush" not in text for text in upstream.texts)
    assert not database.repo("secret/plans").get("embedding")


def test_private_repos_are_embedded_when_that_is_allowed(database, upstream, serve):
    service = serve(database.settings, upstream.openai(EMBED_PRIVATE_REPOS="true"))
    database.add("secret/plans", "Hush.", is_private=True)
    service.await_drained(1)
    assert any("Hush" in text for text in upstream.texts)


def test_a_poison_text_fails_alone(database, upstream, serve, names):
    upstream.fail(400, when=lambda texts: any("POISON" in str(text) for text in texts),
                  body={"error": {"message": "bad input", "type": "invalid_request_error", "code": None, "param": None}})
    for _ in range(40):
        database.add(names())
    database.add("bad/apple", "POISON")
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=2, RETRY_DELAY_MS=20))
    eventually(lambda: service.pipeline()["embedded"] == 40 and service.pipeline()["failed"] == 1,
               within=60, every=0.1, what="40 embedded and 1 failed")
    assert not database.repo("bad/apple").get("embedding")


def test_several_replicas_share_the_work(database, upstream, serve, names):
    upstream.delay = 0.02
    for _ in range(400):
        database.add(names())
    settings = (database.settings, upstream.openai(BATCH_SIZE=16))
    first, second = serve(*settings, ready=False), serve(*settings, ready=False)
    first.await_ready().await_drained(400)
    second.await_ready()
    assert database.count("embedding != NONE") == 400
    assert upstream.total == 400


@pytest.mark.parametrize("provider", ["openai", "together", "ollama"])
def test_every_provider_embeds(database, upstream, serve, names, provider):
    for _ in range(5):
        database.add(names())
    serve(database.settings, getattr(upstream, provider)()).await_drained(5)
    assert upstream.total == 5
    assert database.count("embedding != NONE") == 5
