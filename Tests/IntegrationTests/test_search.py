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
    assert set(answer) >= {"results", "mode", "method", "model", "coverage", "took_ms"}
    assert answer["coverage"] == 1
    assert answer["method"] in ("hnsw", "exact")
    assert len(answer["results"]) == 3
    for result in answer["results"]:
        assert set(result) >= {"full_name", "description", "language", "stars", "url", "score", "matched"}
        assert -1 <= result["score"] <= 1.0001


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
