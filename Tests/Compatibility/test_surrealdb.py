"""The official SurrealDB client beside embed-star on the same tables."""

import datetime

from Harness.process import eventually
from surrealdb import RecordID


def test_rows_with_ids_of_every_kind_are_embedded(database, upstream, serve):
    ids = [5, "five", "apple/swift", "with space", [1, "two"], {"owner": "a", "name": "b"}]
    service = serve(database.settings, upstream.openai())
    for number, key in enumerate(ids):
        database.client.create(RecordID("repo", key), {
            "full_name": f"o{number}/r", "description": f"Row {number}.", "language": None, "stars": number,
            "owner": {"login": f"o{number}"}, "updated_at": datetime.datetime.now(datetime.timezone.utc),
        })
    service.await_drained(len(ids))
    assert upstream.total == len(ids)


def test_every_way_of_writing_a_row_is_seen(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    client = database.client
    client.create("repo:one", {"full_name": "o/one", "description": "Created."})
    client.insert("repo", {"full_name": "o/two", "description": "Inserted."})
    client.upsert("repo:three", {"full_name": "o/three", "description": "Upserted."})
    service.await_drained(3)
    client.update("repo:one").merge({"description": "Merged."})
    client.update("repo:three", {"full_name": "o/three", "description": "Replaced."})
    for words in ("Merged.", "Replaced."):
        eventually(lambda: any(words in text for text in upstream.texts), what=f"the text {words}")
    service.await_drained(3)
    assert upstream.total == 5


def test_what_is_stored_reads_naturally(database, upstream, serve):
    serve(database.settings, upstream.openai())
    database.add("a/b")
    row = eventually(lambda: (found := database.repo("a/b")) and found.get("embedding") and found, what="the vector")
    assert all(isinstance(value, float) for value in row["embedding"])
    assert isinstance(row["embedding_generated_at"], datetime.datetime)
    assert "text-embedding-3-small" in str(row["embedding_model"])


def test_vectors_compare_inside_the_database(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    database.add("a/charts", "Draws charts in the browser.")
    database.add("b/charts", "Draws charts in the terminal.")
    database.add("c/dates", "A parser for dates.")
    service.await_drained(3)
    rows = database.query("""
        LET $e = (SELECT VALUE embedding FROM ONLY repo WHERE full_name = 'a/charts' LIMIT 1);
        SELECT full_name, vector::similarity::cosine(embedding, $e) AS score FROM repo ORDER BY score DESC""")
    assert [row["full_name"] for row in rows][:2] == ["a/charts", "b/charts"]
