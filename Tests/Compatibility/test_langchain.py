"""LangChain's OpenAI embeddings as they come: they send arrays of OpenAI's token ids."""

import hashlib

import openai
import pytest
import requests
import tiktoken
from Harness.process import CHECKOUT
from Harness.service import MODEL
from Harness.vocabulary import VOCABULARY, variables
from langchain_openai import OpenAIEmbeddings

TEXTS = ["A parser for dates.", "Draws charts.", "A parser for dates.", "naïve 北京 🙂 text"]


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch, tmp_path):
    """The client would fetch its vocabulary from the net; it looks here first."""
    for name, value in variables(tmp_path).items():
        monkeypatch.setenv(name, value)


def embeddings(url, **options):
    return OpenAIEmbeddings(base_url=f"{url}/v1", api_key="unused", max_retries=0, **options)


def assert_equal(vectors, others):
    assert len(vectors) == len(others)
    for one, other in zip(vectors, others, strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 1e-6


def test_texts(shared_service):
    client = embeddings(shared_service.url, model="all-MiniLM-L6-v2", check_embedding_ctx_length=False)
    vectors = client.embed_documents(TEXTS)
    assert [len(vector) for vector in vectors] == [384] * 4
    assert vectors[0] == vectors[2]
    assert len(client.embed_query("parse a date")) == 384


def test_as_it_comes_the_vectors_are_those_of_the_texts(shared_service):
    client = embeddings(shared_service.url, model="all-MiniLM-L6-v2")
    assert_equal(client.embed_documents(TEXTS), shared_service.embed(TEXTS))
    assert_equal([client.embed_query(TEXTS[3])], shared_service.embed(TEXTS[3:]))


def test_the_name_of_an_openai_model_is_an_alias(database, serve):
    service = serve(database.settings, MODEL_ALIASES="text-embedding-3-small")
    assert_equal(embeddings(service.url, model="text-embedding-3-small").embed_documents(TEXTS), service.embed(TEXTS))


def test_texts_of_20_000_tokens(shared_service):
    encoding = tiktoken.get_encoding("cl100k_base")
    text = " ".join(f"word{number} and more" for number in range(5000))
    ids = encoding.encode(text)
    assert len(ids) >= 20_000
    client = embeddings(shared_service.url, model="all-MiniLM-L6-v2")
    (vector,) = client.embed_documents([text])
    # The client cuts the text and takes the mean of the parts, weighted by their tokens.
    size = client.embedding_ctx_length
    parts = [ids[start:start + size] for start in range(0, len(ids), size)]
    rows = shared_service.embed([encoding.decode(part) for part in parts])
    mean = [sum(len(part) * row[axis] for part, row in zip(parts, rows, strict=True)) for axis in range(384)]
    norm = sum(value * value for value in mean) ** 0.5
    assert_equal([vector], [[value / norm for value in mean]])


def test_ids_out_of_range_are_refused(shared_service):
    for ids in ([100_256], [200_000], [[1, 2], [2**31 - 1]]):
        answer = shared_service.post("/v1/embeddings", {"input": ids})
        assert answer.status_code == 400, answer.text
        assert "cl100k_base" in answer.json()["error"]["message"]


def test_ids_of_another_vocabulary_than_the_one_that_is_set_are_refused(database, serve):
    service = serve(database.settings, TOKEN_ENCODING="model")
    with pytest.raises(openai.BadRequestError, match="none of the model's"):
        embeddings(service.url, model="all-MiniLM-L6-v2").embed_documents(["naïve 北京 🙂 text"])


def test_ids_go_through_to_a_provider_that_takes_them(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    vectors = embeddings(service.url, model="text-embedding-3-small").embed_documents(TEXTS)
    assert [len(vector) for vector in vectors] == [64] * 4


def test_an_ollama_server_gets_the_texts(database, upstream, serve):
    service = serve(database.settings, upstream.ollama())
    client = embeddings(service.url, model=service.get("/v1/models").json()["data"][0]["id"])
    assert_equal(client.embed_documents(TEXTS), service.embed(TEXTS))


@pytest.mark.parametrize("encoding", ["none", "no file"])
def test_where_ids_are_not_taken_the_client_is_told_what_to_change(database, serve, tmp_path, encoding):
    settings = {"TOKEN_ENCODING": "none"}
    if encoding == "no file":
        (tmp_path / "alone").symlink_to(MODEL)
        settings = {"BUILTIN_MODEL_DIR": tmp_path / "alone", "MODEL_ALIASES": "all-MiniLM-L6-v2"}
    service = serve(database.settings, settings)
    client = embeddings(service.url, model="all-MiniLM-L6-v2")
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length"):
        client.embed_documents(TEXTS)


def test_the_vocabulary_is_the_pinned_one():
    pinned = (CHECKOUT / "scripts/tokens.sha256").read_text().split()[0]
    assert hashlib.sha256(VOCABULARY.read_bytes()).hexdigest() == pinned


def test_one_bad_text_among_many_costs_one_vector(shared_service):
    texts = ["a text", "", "another"]
    assert shared_service.post("/v1/embeddings", {"input": texts}).status_code == 400
    answer = requests.post(f"{shared_service.url}/v1/embeddings?partial=true", json={"input": texts}, timeout=30)
    data = answer.json()["data"]
    assert [item["object"] for item in data] == ["embedding", "error", "embedding"]
    assert [item["embedding"] for item in data if "embedding" in item] == shared_service.embed(["a text", "another"])
