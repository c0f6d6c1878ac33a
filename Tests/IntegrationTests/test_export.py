"""`embed-star export`: a backup that `import` reads."""

import gzip
import json

from Harness.process import eventually


def lines(text):
    """The repos by their names: an export has the order of the rows' ids, which are random."""
    return sorted((json.loads(line) for line in text.splitlines()), key=lambda repo: repo["full_name"])


def best(service):
    """What a search finds first."""
    results = service.get("/search?q=owner-7+repository+number+7&limit=1").json()["results"]
    return [hit["full_name"] for hit in results]


def test_what_is_exported_is_imported_as_it_was(database, engine, run, tmp_path):
    database.add("a/one", topics=["x"], github_id=7, updated_at="2026-01-01T00:00:00Z")
    database.add("b/two", description=None, language=None, is_private=True)
    file = tmp_path / "backup.ndjson"
    result = run("export", "--output", file, settings=database.settings)
    assert result.returncode == 0, result.stderr
    assert not [path for path in tmp_path.iterdir() if ".part" in path.name]
    compressed = tmp_path / "backup.ndjson.gz"
    compressed.write_bytes(gzip.compress(file.read_bytes()))
    other = engine.new_database()
    try:
        assert run("import", compressed, settings=other.settings).returncode == 0
        again = run("export", settings=other.settings)
        assert again.returncode == 0, again.stderr
        assert lines(again.stdout) == lines(file.read_text())
        assert {line["full_name"]: line["is_private"] for line in lines(again.stdout)} == {"a/one": False, "b/two": True}
    finally:
        other.close()


def test_a_lost_database_comes_back_with_its_vectors_and_nothing_is_paid_twice(
        database, engine, upstream, run, serve, tmp_path):
    database.fill(1200)
    service = serve(database.settings, upstream.openai())
    service.await_drained(1200, within=300)
    file = tmp_path / "backup.ndjson"
    assert run("export", "--vectors", "--output", file, settings=database.settings).returncode == 0
    eventually(lambda: best(service) == ["owner-7/repo"], what="the repo")
    service.process.stop()
    other = engine.new_database()
    try:
        assert run("import", file, settings=other.settings).returncode == 0
        paid = sum(upstream.texts.values())
        restored = serve(other.settings, upstream.openai())
        restored.await_drained(1200, within=300)
        assert sum(upstream.texts.values()) == paid, "a text was embedded again"
        eventually(lambda: best(restored) == ["owner-7/repo"], what="the repo that was found before")
        # A repo that changes is embedded anew.
        restored.post("/repos", {"full_name": "owner-1/repo", "description": "Something else."})
        restored.await_drained(1200)
        assert sum(upstream.texts.values()) > paid
    finally:
        other.close()


def test_vectors_reach_rows_that_have_none_and_replace_none(database, engine, upstream, run, serve, tmp_path):
    database.fill(3)
    service = serve(database.settings, upstream.openai())
    service.await_drained(3)
    file = tmp_path / "backup.ndjson"
    assert run("export", "--vectors", "--output", file, settings=database.settings).returncode == 0
    service.process.stop()
    rows = lines(file.read_text())
    database.query("UPDATE repo SET embedding = NONE, embedding_fingerprint = NONE WHERE full_name = 'owner-1/repo'")
    before = database.repo("owner-2/repo")["embedding"]
    for row in rows:
        row["embedding"]["vector"] = rows[0]["embedding"]["vector"]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("import", file, settings=database.settings).returncode == 0
    assert database.repo("owner-2/repo")["embedding"] == before
    assert database.repo("owner-1/repo")["embedding_fingerprint"] == rows[0]["embedding"]["fingerprint"]


def test_vectors_that_clients_send_are_not_taken(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    service.post("/pipeline/pause")
    vector = {"vector": "AACAPwAAgD8=", "model": "m", "fingerprint": "f", "text_hash": "h"}
    assert service.post("/repos", {"full_name": "a/one", "embedding": vector}).status_code == 202
    assert "embedding_fingerprint" not in database.repo("a/one")


def test_a_file_that_cannot_be_made_is_73(database, run, tmp_path):
    result = run("export", "--output", tmp_path / "no/such/folder/file", settings=database.settings)
    assert result.returncode == 73
    assert "cannot be made" in result.stderr
