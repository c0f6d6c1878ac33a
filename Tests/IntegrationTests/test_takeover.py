"""A database that the predecessor filled, and its configuration, are taken over."""

import pytest

# As the predecessor's own migrations leave a database: fields, two indexes, and its table of migrations.
PREDECESSOR = """
    DEFINE TABLE repo SCHEMALESS;
    DEFINE FIELD embedding ON TABLE repo TYPE option<array<float>>;
    DEFINE FIELD embedding_model ON TABLE repo TYPE option<string>;
    DEFINE FIELD embedding_generated_at ON TABLE repo TYPE option<datetime>;
    DEFINE INDEX idx_repo_embedding_generated_at ON TABLE repo COLUMNS embedding_generated_at;
    DEFINE INDEX idx_repo_needs_embedding ON TABLE repo COLUMNS embedding, updated_at;
    DEFINE TABLE migration SCHEMAFULL;
    DEFINE FIELD version ON TABLE migration TYPE int;
    DEFINE FIELD name ON TABLE migration TYPE string;
    DEFINE FIELD applied_at ON TABLE migration TYPE datetime;
    DEFINE INDEX idx_migration_version ON TABLE migration COLUMNS version UNIQUE;
    CREATE migration SET version = 1, name = 'add_embedding_fields', applied_at = time::now();
    CREATE migration SET version = 2, name = 'add_embedding_indexes', applied_at = time::now();
"""


def fill(database, count, embedded, dimensions=768):
    rows = [
        {"github_id": i, "name": f"repo{i}", "full_name": f"owner{i}/repo{i}", "description": f"Number {i}.",
         "url": f"https://github.com/owner{i}/repo{i}", "stars": i, "language": "Rust",
         "owner": {"login": f"owner{i}", "avatar_url": "https://example.org/a.png"}, "is_private": False}
        for i in range(count)
    ]
    database.query("INSERT INTO repo $rows RETURN NONE", {"rows": rows})
    database.query("UPDATE repo SET created_at = time::now(), updated_at = time::now() RETURN NONE")
    database.query(
        "UPDATE repo SET embedding = $vector, embedding_model = 'nomic-embed-text', embedding_generated_at = time::now() "
        "WHERE github_id < $embedded RETURN NONE", {"vector": [0.01] * dimensions, "embedded": embedded})


def test_vectors_of_another_model_are_replaced_and_missing_ones_made(database, upstream, serve):
    database.query(PREDECESSOR)
    fill(database, 120, embedded=70)
    service = serve(database.settings, upstream.openai())
    service.await_drained(120)
    assert database.count("embedding != NONE AND array::len(embedding) = 64") == 120
    assert upstream.total == 120


def test_the_index_over_all_numbers_of_all_vectors_is_gone(database, upstream, serve):
    database.query(PREDECESSOR)
    serve(database.settings, upstream.openai())
    assert not [name for name in database.query("INFO FOR TABLE repo")["indexes"] if name.startswith("idx_repo_")]


def test_the_database_can_still_be_written_as_before(database, upstream, serve):
    database.query(PREDECESSOR)
    fill(database, 3, embedded=3)
    service = serve(database.settings, upstream.openai())
    service.await_drained(3)
    database.add("new/comer", github_id=99)
    service.await_drained(4)


def test_the_take_over_is_safe_from_several_replicas_at_once(database, upstream, serve):
    database.query(PREDECESSOR)
    fill(database, 60, embedded=30)
    services = [serve(database.settings, upstream.openai(), ready=False) for _ in range(3)]
    for service in services:
        service.await_ready()
    services[0].await_drained(60)
    assert database.count("embedding != NONE AND array::len(embedding) = 64") == 60


def test_a_second_start_finds_everything_done(database, upstream, serve):
    database.query(PREDECESSOR)
    fill(database, 20, embedded=10)
    service = serve(database.settings, upstream.openai())
    service.await_drained(20)
    service.process.stop()
    service.start()
    service.await_ready().await_drained(20)
    database.add("after/wards", github_id=99)
    service.await_drained(21)
    assert upstream.total == 21


@pytest.mark.parametrize("settings", [
    {"EMBEDDING_PROVIDER": "ollama", "EMBEDDING_MODEL": "nomic-embed-text", "BATCH_SIZE": "10",
     "RUST_LOG": "warn,embed_star=info"},
    {"BATCH_SIZE": "50", "POOL_SIZE": "20", "RETRY_ATTEMPTS": "5", "RETRY_DELAY_MS": "2000", "BATCH_DELAY_MS": "200",
     "EMBEDDING_PROVIDER": "ollama", "RUST_LOG": "warn,embed_star=info,tower_http=debug"},
], ids=["example", "production"])
def test_its_environment_starts_the_service(database, upstream, serve, settings):
    database.add("a/b")
    service = serve(database.settings, upstream.ollama(), settings)
    service.await_drained(1)
    metrics = service.get("/metrics").text
    for name in ("embeddings_total", "embeddings_errors_total", "embedding_duration_seconds", "repos_pending",
                 "rate_limits_total"):
        assert f"embed_star_{name}" in metrics


def test_its_dot_env_file_starts_the_service(database, upstream, serve, tmp_path):
    settings = {**database.settings, **upstream.ollama(), "EMBEDDING_MODEL": "nomic-embed-text", "BATCH_SIZE": "10"}
    lines = ["# Database", *(f"{name}={value}" for name, value in settings.items()), "", "# OR for OpenAI:",
             "# OPENAI_API_KEY=sk-..."]
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    database.add("a/b")
    serve({}).await_drained(1)
    assert upstream.total == 1


def test_vectors_of_the_same_model_are_kept_when_that_is_asked_for(database, upstream, serve):
    """Those whose row changed after the vector was made, or that cannot be the model's, are made again."""
    database.query(PREDECESSOR)
    fill(database, 50, embedded=40)
    database.query("UPDATE repo SET embedding_generated_at = time::now() - 1h WHERE github_id < 5 RETURN NONE")
    database.query("UPDATE repo SET embedding_model = 'another' WHERE github_id = 5 RETURN NONE")
    database.query("UPDATE repo SET embedding = [0.1, 0.2] WHERE github_id = 6 RETURN NONE")
    service = serve(database.settings, upstream.ollama(), KEEP_EXISTING_VECTORS="true")
    service.await_drained(50)
    assert upstream.total == 10 + 5 + 2
    kept = database.query("SELECT * FROM ONLY repo WHERE github_id = 30 LIMIT 1")
    assert kept["embedding_fingerprint"] and kept["embedding_text_hash"]
    assert len(set(kept["embedding"])) == 1
