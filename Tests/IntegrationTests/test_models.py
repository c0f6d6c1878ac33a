"""Models of the hub: fetched by name, kept, checked, and served."""

import json
import pathlib
import shutil
import signal
import subprocess

import pytest

from Harness import service as program
from Harness.hub import Hub, Model
from Harness.process import CHECKOUT, Process, eventually

MODELS = CHECKOUT / "Tests/InferenceTests/Fixtures/models"
RERANKER = CHECKOUT / "Tests/InferenceTests/Fixtures/rerank/rerank-bert"
NAME = "acme/tiny-bert"


@pytest.fixture
def hub():
    started = Hub()
    started.models[NAME] = Model.of_folder(MODELS / "bert-cls")
    yield started
    started.close()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def model(run, hub, cache):
    """Runs `embed-star model`: model("pull", NAME, HF_TOKEN="…")."""
    return lambda *arguments, **settings: run("model", *arguments, settings=hub.settings(cache, **settings))


def folder(cache, name=NAME, commit="c" * 40):
    return cache / name / commit


def test_a_model_is_fetched_on_first_use_and_served(database, serve, hub, cache):
    service = serve(database.settings, hub.settings(cache), EMBEDDING_MODEL=NAME)
    answer = service.post("/v1/embeddings", {"input": "hello"}).json()
    assert answer["model"] == NAME and len(answer["data"][0]["embedding"]) == 16
    assert any("fetched the model" in line for line in service.process.lines)
    before = hub.total
    service.process.stop()
    # What is in the cache is served without a word to the hub.
    again = serve(database.settings, hub.settings(cache), EMBEDDING_MODEL=NAME, OFFLINE="true")
    assert again.embed(["hello"])[0] == answer["data"][0]["embedding"]
    assert hub.total == before


def test_the_service_answers_while_its_models_are_fetched(database, serve, hub, cache):
    hub.models["acme/judge"] = Model.of_folder(RERANKER)
    hub.models["acme/tiny-modern"] = Model.of_folder(MODELS / "modernbert")
    hub.gate.clear()
    settings = {**database.settings, **hub.settings(cache), "RERANK_MODEL": "acme/judge",
                "EMBEDDING_MODELS": f"{NAME},acme/tiny-modern"}
    service = serve(settings, ready=False).await_live()
    words = f"the model {NAME} is being fetched"
    eventually(lambda: words in service.get("/readyz").text, what="the reason")
    assert service.get("/readyz").status_code == 503
    health = service.get("/health").json()["provider"]
    assert health["status"] == "down" and words in health["detail"]
    assert service.pipeline()["provider"]["state"] == "preparing"
    for path, body in [
        ("/v1/embeddings", {"input": "hello"}), ("/v1/embeddings", {"input": [1, 2]}), ("/api/embed", {"input": "hello"}),
        ("/v1/embeddings", {"input": "hello", "model": "acme/tiny-modern"}), ("/rerank", {"query": "hello", "texts": ["tiny"]}),
    ]:
        answer = service.post(path, body)
        assert answer.status_code == 503 and words in answer.text, (path, answer.text)
        assert int(answer.headers["Retry-After"]) > 0
    # What needs no model works.
    assert service.post("/repos", [{"full_name": "acme/one", "description": "tiny models"}]).status_code < 300
    hub.gate.set()
    service.await_ready()
    assert len(service.embed(["hello"])[0]) == 16
    assert service.post("/v1/embeddings", {"input": "hello", "model": "acme/tiny-modern"}).status_code == 200
    assert service.post("/rerank", {"query": "hello", "texts": ["tiny"]}).status_code == 200
    assert service.post("/tokenize", {"inputs": "hello"}).status_code == 200
    service.await_drained(1)
    assert not any(" error " in line.lower() or " warning " in line.lower() for line in service.process.lines)


def test_a_service_whose_model_is_fetched_stops_when_it_is_told_to(database, serve, hub, cache):
    hub.gate.clear()
    service = serve(database.settings, hub.settings(cache), EMBEDDING_MODEL=NAME, ready=False).await_live()
    service.process.signal(signal.SIGTERM)
    assert service.process.wait() == 0, list(service.process.lines)


def test_a_model_that_cannot_be_had_ends_the_service_with_the_reason(run, database, hub, cache):
    hub.models[NAME].access = "gated"
    result = run("serve", settings={**database.settings, **hub.settings(cache), "EMBEDDING_MODEL": NAME})
    assert result.returncode == 77 and "accept its terms at " in result.stderr


def test_a_model_in_shards_and_one_from_a_mirror_that_hides_checksums(model, hub, cache, run):
    whole = Model.of_folder(MODELS / "bert-cls").files["model.safetensors"]
    size = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:8 + size])
    header.pop("__metadata__", None)
    names, shards, places = sorted(header), {}, {}
    for number, chosen in enumerate((names[::2], names[1::2]), 1):
        part, data = {}, b""
        for name in chosen:
            first, last = header[name]["data_offsets"]
            part[name] = {**header[name], "data_offsets": [len(data), len(data) + last - first]}
            data += whole[8 + size + first:8 + size + last]
            places[name] = f"model-0000{number}-of-00002.safetensors"
        text = json.dumps(part).encode()
        shards[f"model-0000{number}-of-00002.safetensors"] = len(text).to_bytes(8, "little") + text + data
    files = hub.models[NAME].files
    del files["model.safetensors"]
    files |= shards | {"model.safetensors.index.json": json.dumps({"weight_map": places}).encode()}
    hub.hides_digests = True
    assert model("pull", NAME).returncode == 0
    assert {path.name for path in folder(cache).glob("*.safetensors")} == set(shards)


@pytest.mark.parametrize("name", ["bert-cls", "static", "model2vec", "bert-dense"])
def test_what_a_model_needs_is_fetched_and_nothing_else(model, hub, cache, name):
    files = Model.of_folder(MODELS / name).files
    hub.models["acme/x"] = Model({**files, "pytorch_model.bin": b"x" * 20_000, "README.md": b"x", "onnx/model.onnx": b"x"})
    result = model("pull", "acme/x")
    assert result.returncode == 0, result.stderr
    held = {str(path.relative_to(folder(cache, "acme/x"))) for path in folder(cache, "acme/x").rglob("*") if path.is_file()}
    assert held == set(files) - {"expected.json"} | {"manifest.json"}
    listed = json.loads(model("list", "--json").stdout)
    assert [entry["model"] for entry in listed] == ["acme/x"] and listed[0]["commit"] == "c" * 40


def test_the_token_goes_to_the_hub_alone(model, hub):
    hub.models[NAME].access = "private"
    result = model("pull", NAME, HF_TOKEN=hub.token)
    assert result.returncode == 0, result.stderr
    assert hub.tokens == {"hub": {hub.token}, "store": {""}}


REFUSALS = {
    "missing": (lambda hub: hub.models.clear(), {}, 66, "there is no model acme/tiny-bert"),
    "private": (lambda hub: setattr(hub.models[NAME], "access", "private"), {}, 66, "set HF_TOKEN"),
    "gated": (lambda hub: setattr(hub.models[NAME], "access", "gated"), {}, 77, "accept its terms at "),
    "wrong token": (lambda hub: None, {"HF_TOKEN": "hf_wrong_sentinel"}, 77, "rejects HF_TOKEN"),
    "no such revision": (lambda hub: hub.models[NAME].branches.pop("main"), {}, 66, "has no revision main"),
    "pickles": (lambda hub: hub.models[NAME].files.update(
        {"pytorch_model.bin": hub.models[NAME].files.pop("model.safetensors")}), {}, 65, "a pickle, which runs code"),
    "no tokenizer": (lambda hub: hub.models[NAME].files.pop("tokenizer.json"), {}, 65, "it has no tokenizer.json"),
    "poisoned": (lambda hub: hub.poison.update(
        {"model.safetensors": hub.models[NAME].files["model.safetensors"][:-1] + b"!"}), {}, 65, "does not match the hub's checksum"),
    "poisoned small file": (lambda hub: hub.poison.update(
        {"config.json": hub.models[NAME].files["config.json"][:-1] + b" "}), {}, 65, "does not match the hub's checksum"),
    "longer than said": (lambda hub: hub.poison.update(
        {"model.safetensors": hub.models[NAME].files["model.safetensors"] + b"!"}), {}, 65, "does not have the length"),
    "shorter than said": (lambda hub: hub.poison.update(
        {"model.safetensors": hub.models[NAME].files["model.safetensors"][:-1]}), {}, 65, "does not have the length"),
    "offline": (lambda hub: None, {"OFFLINE": "true"}, 66, "OFFLINE is set"),
    "broken for good": (lambda hub: hub.broken.update({"model.safetensors": (100, 99)}), {}, 69, "dropped the connection"),
    "down": (lambda hub: hub.statuses.extend([503] * 99), {}, 69, "answers 503"),
    "cache is a file": (lambda hub: None, {"MODEL_CACHE": "/dev/null/x"}, 73, "MODEL_CACHE"),
    "cache is full": (lambda hub: hub.models.update({NAME: Model(
        {**hub.models[NAME].files, "model.safetensors": b"x" * 20_000})}), {"MODEL_CACHE": "/dev/full/x"}, 73, "MODEL_CACHE"),
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_what_cannot_be_had_is_said_and_leaves_nothing_that_looks_whole(model, hub, cache, fault):
    arrange, settings, status, words = REFUSALS[fault]
    arrange(hub)
    result = model("pull", NAME, **settings)
    assert result.returncode == status, (result.returncode, result.stderr)
    assert words in result.stderr and "sentinel" not in result.stderr
    assert not folder(cache).exists()
    assert json.loads(model("list", "--json").stdout) == []


def changed(files, path, *keys, value):
    """Sets a field of a JSON file."""
    root = json.loads(files[path])
    place = root
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    files[path] = json.dumps(root).encode()


IN_VAIN = {
    "family": (lambda model: changed(model.files, "config.json", "model_type", value="t5"), "config.json: model_type 't5'"),
    "tokenizer": (lambda model: changed(model.files, "tokenizer.json", "model", "type", value="WordLevel"),
                  "tokenizer.json: model.type 'WordLevel'"),
    "module": (lambda model: changed(model.files, "modules.json", 1, "type", value="sentence_transformers.models.LSTM"),
               "modules.json: a module of type 'LSTM'"),
    "pooling": (lambda model: changed(model.files, "1_Pooling/config.json", "include_prompt", value=False),
                "1_Pooling/config.json: include_prompt"),
}


@pytest.mark.parametrize("fault", IN_VAIN)
def test_what_could_not_be_loaded_is_refused_before_its_weights_are_fetched(model, hub, cache, fault):
    arrange, words = IN_VAIN[fault]
    arrange(hub.models[NAME])
    result = model("pull", NAME)
    assert result.returncode == 65 and words in result.stderr, result.stderr
    assert not any(path.endswith(".safetensors") for path in hub.requests)


@pytest.mark.parametrize("is_counted", [True, False])
def test_what_does_not_fit_is_refused_before_its_weights_are_fetched(hub, cache, run, database, is_counted):
    if is_counted:
        hub.models[NAME].weights = 1_000_000_000
    else:
        files = hub.models[NAME].files
        files["model.safetensors"] = padded(files["model.safetensors"], 40 << 20)
    settings = {**database.settings, **hub.settings(cache), "EMBEDDING_MODEL": NAME, "MODEL_MEMORY": "64MiB"}
    result = run("serve", settings=settings)
    assert result.returncode == 78 and "MODEL_MEMORY" in result.stderr, result.stderr
    assert not any(path.endswith(".safetensors") for path in hub.requests)
    # It may be for another machine.
    assert run("model", "pull", NAME, settings=settings).returncode == 0


def test_a_fetch_goes_on_where_it_broke_off(model, hub, cache):
    files = hub.models[NAME].files
    # Two pieces: the second breaks off too often for one pull.
    files["model.safetensors"] = padded(files["model.safetensors"], 17 << 20)
    size = len(files["model.safetensors"])
    hub.broken["model.safetensors"] = (0, 0)
    assert model("pull", NAME).returncode == 0
    assert [start for path, start in hub.ranged if path == "model.safetensors"] == [0, 16 << 20]
    assert model("rm", NAME).returncode == 0
    hub.ranged.clear()

    partial = cache / NAME / ("c" * 40 + ".partial") / "model.safetensors"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(files["model.safetensors"][:12_345_678])
    assert model("pull", NAME).returncode == 0
    assert [start for path, start in hub.ranged if path == "model.safetensors"] == [12_345_678]
    assert (folder(cache) / "model.safetensors").stat().st_size == size


def padded(weights, size):
    """The weights with one more tensor, so that they have about `size` bytes."""
    length = int.from_bytes(weights[:8], "little")
    header, data = json.loads(weights[8:8 + length]), weights[8 + length:]
    more = size - len(weights)
    header["padding"] = {"dtype": "U8", "shape": [more], "data_offsets": [len(data), len(data) + more]}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data + bytes(more)


def test_what_was_left_of_another_time_is_fetched_anew(model, hub, cache):
    partial = cache / NAME / ("c" * 40 + ".partial") / "model.safetensors"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"\0" * 1000)
    assert model("pull", NAME).returncode == 0
    assert model("verify", NAME).returncode == 0


def test_single_failures_are_tried_again(model, hub):
    hub.statuses += [503, 429]
    hub.broken["model.safetensors"] = (100, 1)
    result = model("pull", NAME)
    assert result.returncode == 0, result.stderr


def test_a_mirror_that_knows_no_ranges_will_do(model, hub):
    hub.ranges = False
    hub.models[NAME].files["model.safetensors"] = padded(hub.models[NAME].files["model.safetensors"], 17 << 20)
    result = model("pull", NAME)
    assert result.returncode == 0, result.stderr
    assert model("verify").returncode == 0


def test_two_processes_fetch_it_once(hub, cache, tmp_path):
    hub.gate.clear()
    environment = program.environment(hub.settings(cache))
    both = [Process([program.program(), "model", "pull", NAME], environment, tmp_path) for _ in range(2)]
    eventually(lambda: any("another process fetches" in line for one in both for line in one.lines), what="waiting")
    hub.gate.set()
    for one in both:
        assert one.wait() == 0, list(one.lines)
    assert max(count for path, count in hub.requests.items() if "/resolve/" in path) == 1


def test_an_interrupted_pull_leaves_the_cache_usable(hub, cache, tmp_path, model):
    hub.gate.clear()
    pull = Process([program.program(), "model", "pull", NAME], program.environment(hub.settings(cache)), tmp_path)
    eventually(lambda: hub.requests[f"{NAME}/resolve/{'c' * 40}/config.json"], what="the first file")
    pull.signal(signal.SIGKILL)
    pull.wait()
    hub.gate.set()
    result = model("pull", NAME)
    assert result.returncode == 0, result.stderr


def test_a_revision_stays_what_it_was_until_it_is_pulled_again(model, hub, cache):
    assert model("pull", NAME).returncode == 0
    hub.models[NAME].branches["main"] = "d" * 40
    hub.models[NAME].branches["v1"] = "e" * 40
    assert json.loads(model("show", NAME, "--json").stdout)["commit"] == "c" * 40
    assert model("pull", NAME).returncode == 0
    assert json.loads(model("show", NAME, "--json").stdout)["commit"] == "d" * 40
    assert model("pull", f"{NAME}@v1").returncode == 0
    assert json.loads(model("show", f"{NAME}@v1", "--json").stdout)["revision"] == "v1"
    assert json.loads(model("show", f"{NAME}@{'c' * 40}", "--json").stdout)["commit"] == "c" * 40


def test_changed_files_are_told(model, cache):
    assert model("pull", NAME).returncode == 0
    assert model("verify").returncode == 0
    with open(folder(cache) / "model.safetensors", "r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    (folder(cache) / "tokenizer.json").unlink()
    result = model("verify", NAME)
    assert result.returncode == 65
    assert "model.safetensors has another SHA-256" in result.stdout and "tokenizer.json is missing" in result.stdout
    assert model("rm", NAME).returncode == 0 and model("rm", NAME).returncode == 66
    assert model("show", NAME).returncode == 66


@pytest.mark.parametrize("name", ["nomic-embed-text", "../x/y", "a/b/c", "a/.."])
def test_names_that_are_none_are_refused(model, name):
    result = model("pull", name)
    assert result.returncode == 64 and "owner/name" in result.stderr


def test_a_folder_is_a_model_by_its_path(database, serve):
    service = serve(database.settings, EMBEDDING_MODEL=str(MODELS / "bert-cls"))
    assert len(service.embed(["hello"])[0]) == 16


def test_a_model_has_prompts_by_their_names(database, serve, tmp_path):
    shutil.copytree(MODELS / "bert-dense", tmp_path / "model")
    prompts = {"query": "search_query: ", "tiny": "tiny models need: "}
    (tmp_path / "model/config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    service = serve(database.settings, EMBEDDING_MODEL=str(tmp_path / "model"))

    def vector(text, name=None):
        answer = service.post("/embed", {"inputs": text, "prompt_name": name})
        assert answer.status_code == 200, answer.text
        return answer.json()[0]

    assert vector("weights", "tiny") == vector("tiny models need: weights") != vector("weights")
    assert vector("weights", "query") == vector("search_query: weights")
    refused = service.post("/embed", {"inputs": "weights", "prompt_name": "other"})
    assert refused.status_code == 400 and "query, tiny" in refused.text


def test_an_unreachable_hub_ends_the_start_with_a_reason(run, database, cache):
    result = run("serve", settings={**database.settings, "EMBEDDING_MODEL": NAME, "MODEL_CACHE": cache, "OFFLINE": "true"})
    assert result.returncode == 66 and "OFFLINE is set" in result.stderr


def test_requests_choose_among_several_models_by_name(database, serve, hub, cache):
    hub.models["acme/tiny-modern"] = Model.of_folder(MODELS / "modernbert")
    service = serve(database.settings, hub.settings(cache), EMBEDDING_MODELS=f"all-MiniLM-L6-v2,{NAME},acme/tiny-modern",
                    KEEP_ALIVE="1s", MODEL_ALIASES=f"small={NAME}")

    def vector(model=None):
        answer = service.post("/v1/embeddings", {"input": "hello", **({"model": model} if model else {})})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"][0]["embedding"]

    def loaded():
        return {model["name"] for model in service.get("/api/ps").json()["models"]}

    assert loaded() == {"all-MiniLM-L6-v2"}
    listed = [model["id"] for model in service.get("/v1/models").json()["data"]]
    assert listed[-3:] == [NAME, "small", "acme/tiny-modern"]
    assert len(vector()) == len(vector("all-MiniLM-L6-v2")) == 384
    small = vector(NAME)
    assert len(small) == 16 and NAME in loaded()
    assert vector("tiny-bert") == vector("small") == vector("TINY-BERT:latest") == small
    assert vector("acme/tiny-modern") != small
    assert service.post("/api/embed", json={"model": NAME, "input": ["hello"]}).json()["model"] == NAME
    assert service.post("/v1/embeddings", {"input": "hello", "model": "acme/other"}).status_code == 404
    eventually(lambda: loaded() == {"all-MiniLM-L6-v2"}, what="dropping what nobody asks for")
    assert vector(NAME) == small


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(database, serve, hub, cache, run):
    settings = {**database.settings, **hub.settings(cache)}
    result = run("serve", settings={**settings, "MODEL_MEMORY": "64MiB"})
    assert result.returncode == 78 and "MODEL_MEMORY" in result.stderr
    service = serve(settings, EMBEDDING_MODELS=f"{MODELS / 'bert-cls'},all-MiniLM-L6-v2", MODEL_MEMORY="70MiB")
    answer = service.post("/v1/embeddings", {"input": "hello", "model": "all-MiniLM-L6-v2"})
    assert answer.status_code in (500, 502, 503) and "MODEL_MEMORY" in answer.text
    assert len(service.embed(["hello"])[0]) == 16


def test_every_model_answers_to_its_names(database, serve):
    service = serve(database.settings, EMBEDDING_MODELS=f"{MODELS / 'bert-cls'},all-MiniLM-L6-v2",
                    MODEL_ALIASES="ada-002=all-minilm,first")
    listed = {"bert-cls": 16, "first": 16, "all-MiniLM-L6-v2": 384, "ada-002": 384}
    assert [model["id"] for model in service.get("/v1/models").json()["data"]] == list(listed)
    assert [model["name"] for model in service.get("/api/tags").json()["models"]] == list(listed)
    names = {**listed, "all-minilm": 384, "Sentence-Transformers/all-MiniLM-L6-v2": 384, "builtin/all-MiniLM-L6-v2": 384}
    for name, length in names.items():
        answer = service.post("/v1/embeddings", {"input": "hello", "model": name})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["model"], len(answer.json()["data"][0]["embedding"])) == (name, length)


def test_two_settings_that_name_different_models_are_refused(database, run):
    result = run("serve", settings={**database.settings, "EMBEDDING_MODEL": "a/b", "EMBEDDING_MODELS": "c/d,a/b", "OFFLINE": "true"})
    assert result.returncode == 78 and "set one of them" in result.stderr


def test_a_reranker_of_the_hub_orders_the_first_results(database, serve, hub, cache):
    hub.models["acme/judge"] = Model.of_folder(RERANKER)
    service = serve(database.settings, hub.settings(cache), RERANK_MODEL="acme/judge")
    # Words that the tiny model has.
    words = ["tiny", "models", "need", "weights", "middle", "punctuation", "everywhere", "really", "unknown", "pieces"]
    repos = [{"full_name": f"acme/repo-{number}", "description": f"{words[number % 10]} {words[number // 10]} tiny models"}
             for number in range(60)]
    assert service.post("/repos", repos).status_code in (200, 201, 202)
    service.await_drained(60)
    plain = service.post("/search", {"q": "tiny models", "limit": 100}).json()
    answer = service.post("/search", {"q": "tiny models", "limit": 100, "rerank": True}).json()
    assert answer["reranked_by"] == "acme/judge" and "reranked_by" not in plain
    scores = [hit["score"] for hit in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    names = [hit["full_name"] for hit in answer["results"]]
    assert set(names[:50]) == {hit["full_name"] for hit in plain["results"][:50]}
    assert names != [hit["full_name"] for hit in plain["results"]]
    assert service.post("/search", {"queries": ["a", "b"], "rerank": True}).status_code == 400
    ranked = service.post("/rerank", {"query": "tiny models", "texts": ["tiny models need weights", "really"]})
    assert ranked.status_code == 200 and {entry["index"] for entry in ranked.json()} == {0, 1}
    assert service.post("/v1/rerank", {"query": "tiny", "documents": ["models"]}).json()["model"] == "acme/judge"
    service.process.stop()
    without = serve(database.settings)
    refused = without.post("/search", {"q": "number", "rerank": True})
    assert refused.status_code == 400 and "RERANK_MODEL" in refused.text
