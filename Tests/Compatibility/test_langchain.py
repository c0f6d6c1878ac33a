"""LangChain's OpenAI embeddings, in both modes."""

import openai
import pytest
import tiktoken
from langchain_openai import OpenAIEmbeddings

TEXTS = ["A parser for dates.", "Draws charts.", "A parser for dates."]


def embeddings(url, **options):
    return OpenAIEmbeddings(base_url=f"{url}/v1", api_key="unused", max_retries=0, **options)


@pytest.fixture
def offline_tokenizer(monkeypatch):
    """The client fetches its vocabulary from the net; one token a byte does for a test."""
    encoding = tiktoken.Encoding("bytes", pat_str=r"[\s\S]", special_tokens={},
                                 mergeable_ranks={bytes([value]): value for value in range(256)})
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda name: encoding)
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: encoding)


def test_texts(shared_service):
    client = embeddings(shared_service.url, model="all-MiniLM-L6-v2", check_embedding_ctx_length=False)
    vectors = client.embed_documents(TEXTS)
    assert [len(vector) for vector in vectors] == [384] * 3
    assert vectors[0] == vectors[2]
    assert len(client.embed_query("parse a date")) == 384


def test_token_arrays_are_served_by_a_provider_that_takes_them(database, upstream, serve, offline_tokenizer):
    service = serve(database.settings, upstream.openai())
    client = embeddings(service.url, model="text-embedding-3-small")
    vectors = client.embed_documents(TEXTS)
    assert [len(vector) for vector in vectors] == [64] * 3


def test_token_arrays_are_refused_by_others_with_what_to_change(shared_service, offline_tokenizer):
    client = embeddings(shared_service.url, model="all-MiniLM-L6-v2", tiktoken_model_name="any")
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length"):
        client.embed_documents(TEXTS)
