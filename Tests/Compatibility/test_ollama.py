"""The official Ollama client, unmodified."""

import asyncio

import ollama
import pytest


@pytest.fixture(autouse=True)
def served(contract):
    contract("/api/embed")


@pytest.fixture
def client(shared_service):
    return ollama.Client(host=shared_service.url)


def test_embed_one_and_many(client):
    one = client.embed(model="all-MiniLM-L6-v2", input="A parser for dates.")
    many = client.embed(model="all-MiniLM-L6-v2", input=["A parser for dates.", "Draws charts."])
    assert len(one.embeddings) == 1
    assert [len(vector) for vector in many.embeddings] == [384, 384]
    assert list(one.embeddings[0]) == pytest.approx(list(many.embeddings[0]), abs=2e-3)
    assert many.model.startswith("all-MiniLM-L6-v2")
    assert many.total_duration > 0


def test_no_input_gives_no_embeddings(client):
    assert list(client.embed(model="all-MiniLM-L6-v2", input=[]).embeddings) == []


def test_the_old_route(client):
    assert len(client.embeddings(model="all-MiniLM-L6-v2", prompt="Hello").embedding) == 384


def test_the_models_tag_may_be_given(client):
    assert client.embed(model="all-MiniLM-L6-v2:latest", input="Hello").embeddings


def test_list_names_the_model(client):
    models = client.list().models
    assert [model.model.removesuffix(":latest") for model in models] == ["all-MiniLM-L6-v2"]
    assert models[0].details.family == "bert"
    assert models[0].modified_at
    assert models[0].digest


def test_more_dimensions_than_there_are_mean_all_there_are(client):
    assert len(client.embed(model="all-MiniLM-L6-v2", input="Hello", dimensions=1024).embeddings[0]) == 384


def test_options_and_keep_alive_are_taken(client):
    answer = client.embed(model="all-MiniLM-L6-v2", input="Hello", options={"num_ctx": 256}, keep_alive="5m")
    assert answer.prompt_eval_count > 0


def test_show_describes_the_model(client):
    shown = client.show("all-MiniLM-L6-v2")
    assert shown.modelinfo["bert.embedding_length"] == 384
    assert shown.details.family == "bert"
    assert "embedding" in (shown.capabilities or [])


def test_an_unknown_model_is_the_clients_error(client):
    with pytest.raises(ollama.ResponseError) as caught:
        client.embed(model="no-such-model", input="x")
    assert caught.value.status_code == 404
    assert "no-such-model" in caught.value.error


def test_long_input_is_cut_unless_that_is_forbidden(client):
    text = "word " * 5000
    assert client.embed(model="all-MiniLM-L6-v2", input=text).embeddings
    with pytest.raises(ollama.ResponseError) as caught:
        client.embed(model="all-MiniLM-L6-v2", input=text, truncate=False)
    assert caught.value.status_code == 400


def test_the_asynchronous_client(shared_service):
    async def ask():
        client = ollama.AsyncClient(host=shared_service.url)
        return await asyncio.gather(*(client.embed(model="all-MiniLM-L6-v2", input="Hello") for _ in range(5)))

    assert all(len(answer.embeddings[0]) == 384 for answer in asyncio.run(ask()))
