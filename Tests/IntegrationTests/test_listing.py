"""The repos as a collection: pages, filters, lines, and searches of more than one page."""

import json

import pytest
from Harness.process import eventually

WORDS = ["parser", "charts", "network", "vectors", "editor"]


def repos(count):
    return [
        {"full_name": f"o{n % 3}/repo-{n}", "description": f"{WORDS[n % 5]} number{n}", "stars": n, "topics": [WORDS[n % 5]],
         "is_private": n % 10 == 0, "archived": n % 4 == 0, "fork": n % 7 == 0,
         "updated_at": f"2026-{n % 12 + 1:02}-01T00:00:00Z"}
        for n in range(count)
    ]


@pytest.fixture(params=["surrealdb", "memory"])
def service(request, database, upstream, serve):
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND=request.param, EMBED_PRIVATE_REPOS="true",
                    READ_KEYS="reader", PRIVATE_SEARCH_KEYS="trusted", API_KEYS="admin")
    assert service.post("/repos", repos(120)).status_code == 202
    service.await_drained(120)
    return service


def ask(service, path, key="reader", **options):
    return service.get(path, headers={"Authorization": f"Bearer {key}", **options.pop("headers", {})}, **options)


def pages(service, path, key="reader", **parameters):
    """The rows of every page."""
    rows, cursor, name = [], None, "results" if "repos?" not in path and path != "/repos" else "repos"
    while True:
        answer = ask(service, path, key, params={**parameters, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        rows += answer.json()[name]
        cursor = answer.json()["next"]
        if not cursor:
            return rows


def names(rows):
    found = [row["full_name"] for row in rows]
    assert len(set(found)) == len(found)
    return set(found)


def test_lists(service):
    everything = repos(120)
    public = {repo["full_name"] for repo in everything if not repo["is_private"]}
    assert names(pages(service, "/repos", limit=7)) == public
    assert names(pages(service, "/repos", "trusted", limit=50)) == {repo["full_name"] for repo in everything}
    assert names(pages(service, "/repos", "trusted", private="true")) == {r["full_name"] for r in everything if r["is_private"]}
    wanted = {repo["full_name"] for repo in everything if repo["archived"] and not repo["fork"] and not repo["is_private"]
              and repo["topics"] == ["charts"] and repo["updated_at"] >= "2026-06"}
    rows = pages(service, "/repos", limit=3, archived="true", fork="false", topic="charts", updated_since="2026-06-01", language="")
    assert names(rows) == wanted
    assert all(row["embedding"]["state"] == "embedded" for row in rows)
    assert pages(service, "/repos", embedded="false") == []

    lines = ask(service, "/repos", headers={"Accept": "application/x-ndjson"})
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert names(rows) == public
    assert "embedding" in rows[0] and rows[0]["owner"]["login"]

    # What was listed can be stored again, and changes nothing.
    again = service.post("/repos", data=lines.text.encode(), headers={"Content-Type": "application/x-ndjson"})
    assert again.json()["unchanged"] == len(public), again.text

    first = ask(service, "/repos", params={"limit": 2}).json()["next"]
    for cursor, parameters in [(first, {"limit": 2, "topic": "charts"}), ("00", {}), (first[:-2], {}), ("zz", {})]:
        assert ask(service, "/repos", params={**parameters, "cursor": cursor}).status_code == 400
    assert ask(service, "/repos", "trusted", params={"cursor": first}).status_code == 400
    wrong = ask(service, "/repos", params={"langauge": "C"})
    assert "langauge is not known; known are language, topic" in wrong.json()["detail"]


def in_full(rows, wanted):
    """The rows once there are as many as wanted, which are those wanted then."""
    if len(rows) < len(wanted):
        return None
    assert names(rows) == wanted
    return rows


def test_searches_of_many_pages(service):
    public = {repo["full_name"] for repo in repos(120) if not repo["is_private"]}
    eventually(lambda: len(ask(service, "/search", params={"q": "number119", "mode": "text"}).json()["results"]) > 0, what="the index")
    rows = eventually(lambda: in_full(pages(service, "/search", q="charts of vectors", mode="vector", limit=25), public),
                      what="the vectors in the search")
    assert [row["similarity"] for row in rows] == sorted((row["similarity"] for row in rows), reverse=True)
    assert all(row["embedded"] is True and row["topics"] and row["updated_at"] and row["is_private"] is False for row in rows)
    assert all(row["score"] == round(row["score"], 4) for row in rows)
    found = names(pages(service, "/search", q="charts", limit=10, min_stars=0))
    assert {repo["full_name"] for repo in repos(120) if repo["topics"] == ["charts"] and not repo["is_private"]} <= found <= public
    wanted = {repo["full_name"] for repo in repos(120) if repo["fork"] and repo["updated_at"] >= "2026-03" and not repo["is_private"]}
    assert names(pages(service, "/search", q="charts", mode="vector", limit=4, fork="true", updated_since="2026-03-01")) == wanted
    one = sorted(public)[0]
    assert names(pages(service, f"/repos/{one}/similar", limit=40)) == public - {one}
    next_page = ask(service, "/search", params={"q": "charts", "mode": "vector", "limit": 3}).json()["next"]
    assert ask(service, "/search", params={"q": "other", "mode": "vector", "cursor": next_page}).status_code == 400


def test_what_is_only_listed_reaches_the_search_and_embeds_nothing(service, upstream):
    before = upstream.total
    name = "o1/repo-1"
    assert service.post("/repos", {"full_name": name, "archived": True, "updated_at": "2027-01-01T00:00:00Z"}).json()["changed"] == 1
    def is_found():
        rows = ask(service, "/search", params={"q": "repo-1", "mode": "text", "archived": "true", "updated_since": "2026-12-31"})
        return [row["full_name"] for row in rows.json()["results"]] == [name]
    eventually(is_found, what="the change")
    assert upstream.total == before
    assert service.pipeline()["pending"] == 0
