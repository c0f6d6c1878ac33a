"""What both search backends promise, seen from outside: who sees private repos, and what other processes wrote."""

import concurrent.futures
import os

import pytest

from Harness.process import eventually

BACKENDS = ["memory", "surrealdb"]


def found(service, query, key=None, **parameters):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = service.get("/search", params={"q": query, "limit": 50, **parameters}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {result["full_name"] for result in answer.json()["results"]}


@pytest.mark.parametrize("backend", BACKENDS)
def test_private_repos_are_for_their_keys_alone(database, serve, backend):
    database.add("corp/open-vault", "stores passwords")
    database.add("corp/secret-vault", "stores passwords of the corporation", is_private=True)
    service = serve(database.settings, SEARCH_BACKEND=backend, API_KEYS="plain,trusted", PRIVATE_SEARCH_KEYS="trusted")
    service.await_drained(2)
    both = {"corp/open-vault", "corp/secret-vault"}
    for mode in ("vector", "text", "hybrid"):
        eventually(lambda: found(service, "vault passwords", "trusted", mode=mode) == both, what=f"both by {mode}")
        assert found(service, "vault passwords", "plain", mode=mode) == {"corp/open-vault"}
    for key, status, names in [("trusted", 200, ["corp/open-vault"]), ("plain", 404, None)]:
        answer = service.get("/repos/corp/secret-vault/similar", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status
        assert names is None or [result["full_name"] for result in answer.json()["results"]] == names
    similar = service.get("/repos/corp/open-vault/similar", headers={"Authorization": "Bearer plain"})
    assert similar.json()["results"] == []


def test_memory_follows_what_other_processes_wrote(database, serve):
    follower = serve(database.settings, SEARCH_BACKEND="memory")
    other = serve(database.settings, SEARCH_BACKEND="surrealdb")
    eventually(lambda: "memory" in follower.get("/health").json()["search"]["detail"], what="memory")
    assert other.post("/repos", [{"full_name": "a/by-a-replica", "description": "x"}]).status_code == 202
    database.add("a/by-a-program", "x")
    both = {"a/by-a-replica", "a/by-a-program"}
    eventually(lambda: found(follower, "x", mode="vector") == both, what="both in memory")
    assert other.delete("/repos/a/by-a-replica").status_code == 204
    database.query("DELETE repo WHERE full_name = 'a/by-a-program'")
    eventually(lambda: found(follower, "x", mode="vector") == set(), what="both gone from memory")


def test_status_and_health_tell_how_search_compares(database, serve, run):
    service = serve(database.settings, SEARCH_BACKEND="surrealdb")
    assert service.get("/health").json()["search"]["detail"].startswith("exact")
    shown = run("status", settings={**service.settings})
    assert shown.returncode == 0, shown.stderr
    assert "search    exact" in shown.stdout


def typed(service, text):
    """The answers to somebody who types a text: a search for each letter, all at once."""
    with concurrent.futures.ThreadPoolExecutor(len(text)) as pool:
        answers = list(pool.map(lambda end: service.get("/search", params={"q": text[:end]}), range(1, len(text) + 1)))
    assert [answer.status_code for answer in answers] == [200] * len(text)
    for answer in (answer.json() for answer in answers):
        has_words_alone = answer.get("reason", "").startswith("only words were used")
        assert (answer["mode"] == "text") == (answer["method"] == "text") == has_words_alone, answer
    return [answer.json() for answer in answers]


def test_searching_beside_a_backlog_holds_up_nothing(database, upstream, serve):
    upstream.delay = 0.5
    database.fill(3000)
    service = serve(database.settings, upstream.openai(BATCH_SIZE=16, PARALLEL_WORKERS=1), SEARCH_BACKEND="surrealdb")
    eventually(lambda: service.pipeline()["embedded"] >= 10, what="the first vectors")
    has_index = os.environ.get("SURREAL_DEV_ENGINE") != "2"
    for _ in range(2):
        before = service.pipeline()["embedded"]
        typed(service, "repository number one thousand")
        assert service.get("/readyz").status_code == 200
        eventually(lambda: service.pipeline()["embedded"] > before, what="the drain to go on")
    if has_index:
        eventually(lambda: {answer["method"] for answer in typed(service, "repository")} == {"diskann"},
                   what="the index in use beside the backlog")
        assert service.pipeline()["pending"] > 100
    upstream.delay = 0
    service.await_drained(3000)
    if has_index:
        def is_renewed():
            assert service.get("/search", params={"q": "number"}).json()["method"] == "diskann"
            return set(database.query("INFO FOR TABLE repo")["indexes"]) >= {"repo_embedding_2"} \
                and "repo_embedding" not in database.query("INFO FOR TABLE repo")["indexes"]
        eventually(is_renewed, what="the index to be built anew beside the one in use")
