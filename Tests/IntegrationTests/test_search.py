"""Search and similar repos with the built-in model and the sample."""

import pytest

from Harness import service as program
from Harness.process import eventually
from Harness.service import Service
from conftest import free_port


@pytest.fixture(scope="module")
def service(engine, tmp_path_factory, sample):
    """A service over the embedded sample."""
    database = engine.new_database()
    directory = tmp_path_factory.mktemp("search")
    assert program.run(["import", sample], database.settings, directory).returncode == 0
    started = Service(database.settings, directory, free_port())
    started.await_ready().await_drained(len(sample.read_text().splitlines()))
    eventually(lambda: started.get("/search", params={"q": "x"}).status_code == 200, what="search")
    yield started
    started.process.stop()
    database.close()


def search(service, query, **parameters):
    answer = service.get("/search", params={"q": query, **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer):
    return [result["full_name"] for result in answer["results"]]


@pytest.mark.parametrize("query, expected", [
    ("run large language models on my laptop", {"ollama/ollama", "ggml-org/llama.cpp"}),
    ("speech to text", {"openai/whisper"}),
    ("find text in files quickly", {"BurntSushi/ripgrep"}),
    ("relational database", {"postgres/postgres", "cockroachdb/cockroach", "sqlite/sqlite"}),
    ("make games", {"godotengine/godot"}),
    ("password vault I can host", {"dani-garcia/vaultwarden"}),
    ("web framework for swift", {"vapor/vapor"}),
    ("container scheduling on a cluster", {"kubernetes/kubernetes"}),
])
def test_a_query_finds_what_a_person_expects(service, query, expected):
    assert expected & set(names(search(service, query, limit=5)))


def test_results_carry_what_the_contract_says(service):
    answer = search(service, "monitoring metrics", limit=3)
    assert set(answer) >= {"results", "mode", "method", "model", "coverage", "weak", "took_ms"}
    assert answer["coverage"] == 1
    assert answer["method"] in ("diskann", "hnsw", "exact", "text")
    assert len(answer["results"]) == 3
    for result in answer["results"]:
        assert set(result) >= {"full_name", "description", "language", "stars", "url", "score", "similarity", "matched"}
        assert 0 <= result["score"] <= 1
        assert -1 <= result["similarity"] <= 1.0001
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_what_nothing_fits_is_weak(service):
    answer = search(service, "asdfghjkl qwxzvk")
    assert answer["weak"] and len(answer["results"]) <= 3
    assert not search(service, "vector database")["weak"]


def test_several_texts_are_answered_together_or_one_by_one(service):
    texts = {"queries": ["speech to text", "relational database"], "limit": 5}
    fused = service.post("/search", texts)
    assert fused.status_code == 200, fused.text
    assert len(names(fused.json())) == 5
    separate = service.post("/search", {**texts, "combine": "separate"})
    assert separate.status_code == 200, separate.text
    first, second = separate.json()["answers"]
    assert "openai/whisper" in names(first)
    assert {"postgres/postgres", "cockroachdb/cockroach", "sqlite/sqlite"} & set(names(second))


def test_more_like_these_and_less_like_those(service):
    answer = service.post("/search", {"like": ["vuejs/core", "facebook/react"], "unlike": ["redis/redis"], "limit": 8})
    assert answer.status_code == 200, answer.text
    found = set(names(answer.json()))
    assert {"angular/angular", "sveltejs/svelte"} & found
    assert not {"vuejs/core", "facebook/react", "redis/redis"} & found
    assert service.post("/search", {"like": ["no/such"]}).status_code == 404


def test_a_topic_narrows(service):
    assert search(service, "tool", topic="no-such-topic")["results"] == []


def test_vector_scores_fall(service):
    scores = [result["score"] for result in search(service, "compiler", mode="vector", limit=20)["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 20


def test_filters_hold(service):
    rust = search(service, "fast tool", language="rust", min_stars=60000, limit=20)["results"]
    assert rust
    assert all(result["language"] == "Rust" and result["stars"] >= 60000 for result in rust)


def test_a_ready_embedding_searches_too(service):
    vector = service.embed(["static website generator"])[0]
    answer = service.post("/search", {"embedding": vector, "limit": 3})
    assert answer.status_code == 200, answer.text
    assert {"gohugoio/hugo", "jekyll/jekyll"} & set(names(answer.json()))


def test_post_and_get_agree(service):
    query = "charts in the browser"
    posted = service.post("/search", {"q": query, "limit": 5, "mode": "vector"}).json()
    assert names(posted) == names(search(service, query, limit=5, mode="vector"))


@pytest.mark.parametrize("name, expected", [
    ("vuejs/core", {"facebook/react", "angular/angular", "sveltejs/svelte"}),
    ("BurntSushi/ripgrep", {"junegunn/fzf", "sharkdp/bat", "jqlang/jq"}),
    ("redis/redis", {"etcd-io/etcd", "surrealdb/surrealdb", "postgres/postgres", "duckdb/duckdb"}),
])
def test_similar_repos_are_similar(service, name, expected):
    answer = service.get(f"/repos/{name}/similar", params={"limit": 8})
    assert answer.status_code == 200, answer.text
    found = names(answer.json())
    assert name not in found
    assert expected & set(found)


@pytest.mark.parametrize("path, status", [
    ("/repos/no/such/similar", 404),
    ("/repos/no/such", 404),
    ("/search", 400),
    ("/search?q=", 400),
    ("/search?q=x&limit=0", 400),
    ("/search?q=x&limit=101", 400),
    ("/search?q=x&mode=wrong", 400),
    ("/search?q=x&min_stars=many", 400),
    ("/nothing/here", 404),
])
def test_faults_are_problem_documents(service, path, status):
    answer = service.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["instance"] and problem["title"]


def test_a_repo_shows_the_state_of_its_embedding(service):
    repo = service.get("/repos/golang/go").json()
    assert repo["full_name"] == "golang/go"
    assert "embedded" in str(repo)


def test_reprocess_with_force_embeds_again(service):
    before = service.metric("pipeline_written_total")
    answer = service.post("/repos/golang/go/reprocess?force=true&wait=20")
    assert answer.status_code == 200, answer.text
    eventually(lambda: service.metric("pipeline_written_total") > before, what="another write")


def test_reprocess_without_force_skips_the_unchanged_text(service):
    before = service.metric("pipeline_skipped_total")
    assert service.post("/repos/golang/go/reprocess").status_code == 202
    eventually(lambda: service.metric("pipeline_skipped_total") > before, what="a skip")


def test_reprocess_in_bulk_tells_how_many(service):
    answer = service.post("/reprocess", {"scope": "all", "language": "Zig"})
    assert answer.status_code == 202, answer.text
    assert 1 in answer.json().values()


@pytest.mark.parametrize("arguments", [["search", "speech recognition"], ["similar", "vuejs/core"], ["status"]])
def test_the_command_line_answers_too(service, run, arguments):
    result = run(*arguments, settings={**service.settings})
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


HOSTILE = ['"', "'", "`", "\\", "⟩", "$vector", "; REMOVE TABLE repo;", "' OR true --", "1 }; DELETE repo; {", "type::thing('repo', 1)",
           "*", "NEAR/2", "name:x", '" OR "', "{{", "%00", "\u202e", "\U0001f600", "../..", "<script>"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mode", ["vector", "text", "hybrid"])
def test_hostile_words_are_words(service, text, mode):
    answer = service.post("/search", {"q": text, "mode": mode})
    assert answer.status_code == 200, answer.text
    assert answer.json()["method"] in ("diskann", "hnsw", "exact", "text")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["language", "owner", "exclude_owner"])
def test_hostile_filters_are_compared_and_nothing_else(service, text, field):
    answer = service.post("/search", {"q": "compiler", field: text, "limit": 5})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == (5 if field == "exclude_owner" else 0)


@pytest.mark.parametrize("body", [
    {"q": "a\0b"}, {"q": "x", "language": "\0"}, {"q": "x", "owner": "a\0"},
    {"q": "x" * 1_000_000}, {"q": "x", "language": "x" * 1_000_000}, {"q": "x", "owner": "x" * 1000},
    {"q": ["x"]}, {"q": {"x": 1}}, {"q": 1}, {"q": None}, {"q": " \n\t"}, {"q": "x", "embedding": [1] * 384}, {},
    {"embedding": []}, {"embedding": [1] * 9000},
    {"embedding": ["1"] * 384}, {"embedding": [None] * 384}, {"embedding": [[1] * 384]}, {"embedding": "1, 2"},
    {"embedding": {"$gt": 0}}, {"embedding": [1e300] * 384}, {"embedding": [1e-300] * 384},
    {"q": "x", "limit": "10; DELETE repo"}, {"q": "x", "limit": 1e9}, {"q": "x", "limit": 1.5}, {"q": "x", "limit": -1},
    {"q": "x", "min_score": 2}, {"q": "x", "min_score": "1"}, {"q": "x", "min_stars": -1}, {"q": "x", "min_stars": "1 OR true"},
    {"q": "x", "mode": "vector'"}, {"q": "x", "k": 5}, {"q": "x", "includes_private": True},
])
def test_impossible_searches_are_refused(service, body):
    answer = service.post("/search", body)
    assert answer.status_code == 400, answer.text
    assert "SELECT" not in answer.text and "embedding_fingerprint" not in answer.text


@pytest.mark.parametrize("count", [383, 385])
def test_a_vector_of_another_length_is_refused(service, count):
    answer = service.post("/search", {"embedding": [1] * count})
    assert answer.status_code == 422, answer.text
    assert f"{count} numbers" in answer.json()["detail"]


@pytest.mark.parametrize("numbers", ["NaN", "Infinity", "-Infinity", "nan", "1e999"])
def test_vectors_that_are_no_numbers_are_refused(service, numbers):
    body = '{"embedding": [' + ",".join([numbers] * 384) + "]}"
    answer = service.session.post(f"{service.url}/search", body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a;b", "a`b", "a%00b", "a b", "⟨a⟩", "$id", "a" * 300])
def test_hostile_names_of_repos_are_refused(service, name):
    answer = service.get(f"/repos/owner/{name}/similar")
    assert answer.status_code in (400, 404), answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_table_outlives_all_that(service, sample):
    assert service.pipeline()["total"] == len(sample.read_text().splitlines())
