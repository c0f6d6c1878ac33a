"""The official OpenAI client, unmodified."""

import asyncio
import math

import openai
import pytest

TEXTS = ["A parser for dates.", "Zeichnet Diagramme.", "言語モデル", "😀 emoji"]


@pytest.fixture
def client(shared_service):
    with openai.OpenAI(base_url=f"{shared_service.url}/v1", api_key="unused", max_retries=0) as opened:
        yield opened


def test_one_text_in_the_clients_default_form(client):
    answer = client.embeddings.create(model="all-MiniLM-L6-v2", input="Hello")
    assert answer.object == "list"
    assert len(answer.data) == 1
    assert answer.data[0].index == 0
    assert answer.data[0].object == "embedding"
    assert len(answer.data[0].embedding) == 384
    assert math.isclose(sum(value * value for value in answer.data[0].embedding), 1, rel_tol=1e-3)
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens


def test_base64_and_floats_are_the_same_vectors_in_order(client):
    by_default = client.embeddings.create(model="all-MiniLM-L6-v2", input=TEXTS)
    floats = client.embeddings.create(model="all-MiniLM-L6-v2", input=TEXTS, encoding_format="float")
    raw = client.embeddings.create(model="all-MiniLM-L6-v2", input=TEXTS, encoding_format="base64")
    assert [item.index for item in by_default.data] == list(range(len(TEXTS)))
    for left, right, encoded in zip(by_default.data, floats.data, raw.data, strict=True):
        assert left.embedding == pytest.approx(right.embedding, abs=1e-6)
        assert isinstance(encoded.embedding, str)
    singles = [client.embeddings.create(model="all-MiniLM-L6-v2", input=text).data[0].embedding for text in TEXTS]
    for left, right in zip(by_default.data, singles, strict=True):
        assert left.embedding == pytest.approx(right, abs=2e-3)


def test_the_asynchronous_client(shared_service):
    async def ask():
        async with openai.AsyncOpenAI(base_url=f"{shared_service.url}/v1", api_key="unused") as client:
            return await asyncio.gather(
                *(client.embeddings.create(model="all-MiniLM-L6-v2", input=f"text {number % 7}") for number in range(50))
            )

    answers = asyncio.run(ask())
    assert all(len(answer.data[0].embedding) == 384 for answer in answers)
    assert answers[0].data[0].embedding == pytest.approx(answers[7].data[0].embedding, abs=2e-3)


def test_the_same_text_twice_in_one_request(client):
    data = client.embeddings.create(model="all-MiniLM-L6-v2", input=["x", "y", "x"]).data
    assert data[0].embedding == data[2].embedding != data[1].embedding


def test_models_are_listed(client):
    models = list(client.models.list())
    assert "all-MiniLM-L6-v2" in [model.id for model in models]
    assert client.models.retrieve("all-MiniLM-L6-v2").id == "all-MiniLM-L6-v2"


@pytest.mark.parametrize("arguments, error", [
    ({"model": "all-MiniLM-L6-v2", "input": ""}, openai.BadRequestError),
    ({"model": "all-MiniLM-L6-v2", "input": []}, openai.BadRequestError),
    ({"model": "all-MiniLM-L6-v2", "input": ["fine", ""]}, openai.BadRequestError),
    ({"model": "all-MiniLM-L6-v2", "input": ["x"] * 2049}, openai.BadRequestError),
    ({"model": "no-such-model", "input": "x"}, openai.NotFoundError),
    ({"model": "all-MiniLM-L6-v2", "input": "x", "dimensions": 1024}, openai.UnprocessableEntityError),
])
def test_refusals_have_the_dialects_shape(client, arguments, error):
    with pytest.raises(error) as caught:
        client.embeddings.create(**arguments)
    assert set(caught.value.body) == {"message", "type", "param", "code"}
    assert caught.value.body["message"]


def test_token_arrays_are_read_by_openais_vocabulary(client):
    tokens = client.embeddings.create(model="all-MiniLM-L6-v2", input=[[15339, 1917], [15339]])
    texts = client.embeddings.create(model="all-MiniLM-L6-v2", input=["hello world", "hello"])
    for decoded, text in zip(tokens.data, texts.data, strict=True):
        assert decoded.embedding == pytest.approx(text.embedding, abs=1e-6)
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="all-MiniLM-L6-v2", input=[[1, 10**7]])


def test_token_arrays_go_through_to_a_provider_that_takes_them(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused") as client:
        answer = client.embeddings.create(model="text-embedding-3-small", input=[[1, 2], [3]])
    assert len(answer.data) == 2
    assert upstream.total == 2


def test_dimensions(database, upstream, serve):
    settings = upstream.openai()
    del settings["EMBEDDING_DIMENSIONS"]
    service = serve(database.settings, settings)
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused") as client:
        short = client.embeddings.create(model="text-embedding-3-small", input="x", dimensions=256)
        full = client.embeddings.create(model="text-embedding-3-small", input="x")
    assert len(short.data[0].embedding) == 256
    assert len(full.data[0].embedding) == 1536


def test_the_clients_own_retries_get_through_a_rate_limit(database, upstream, serve):
    upstream.fail(429, times=8, headers={"Retry-After": "1"},
                  body={"error": {"message": "slow down", "type": "requests", "param": None, "code": "rate_limit_exceeded"}})
    service = serve(database.settings, upstream.openai(RETRY_ATTEMPTS=1))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused", max_retries=12) as client:
        answer = client.embeddings.create(model="text-embedding-3-small", input="patience")
    assert len(answer.data[0].embedding) == 64


def test_the_clients_own_retries_wait_as_long_as_our_429_says(database, upstream, serve):
    service = serve(database.settings, upstream.openai(API_KEYS="key", API_RATE_LIMIT_PER_MINUTE=30))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="key", max_retries=5) as client:
        for number in range(32):
            assert client.embeddings.create(model="text-embedding-3-small", input=f"text {number}").data
    assert service.metric("http_requests_total", route="/v1/embeddings", status="429") >= 1
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="key", max_retries=0) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            for number in range(32):
                client.embeddings.create(model="text-embedding-3-small", input=f"more {number}")
    assert caught.value.body["code"] == "rate_limit_exceeded"
    assert int(caught.value.response.headers["Retry-After"]) >= 1


def test_the_extensions_reach_the_provider(database, upstream, serve):
    service = serve(database.settings, upstream.openai(QUERY_PREFIX="find: ", DOCUMENT_PREFIX="text: "))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused") as client:
        raw = client.embeddings.with_raw_response.create(
            model="text-embedding-3-small", input="dates", user="somebody", extra_body={"input_type": "query"})
        client.embeddings.create(model="text-embedding-3-small", input="dates")
    assert set(raw.headers.keys()) >= {"x-embed-star-cache", "server-timing", "x-request-id"}
    assert (upstream.texts["find: dates"], upstream.texts["text: dates"]) == (1, 1)


@pytest.mark.parametrize("settings", ["together", "ollama"])
def test_token_arrays_are_refused_with_advice_where_nothing_reads_them(database, upstream, serve, settings):
    service = serve(database.settings, getattr(upstream, settings)(TOKEN_ENCODING="none"))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused", max_retries=0) as client:
        model = client.models.list().data[0].id
        with pytest.raises(openai.BadRequestError) as caught:
            client.embeddings.create(model=model, input=[[1, 2], [3]])
    assert "check_embedding_ctx_length" in caught.value.body["message"]
    assert caught.value.body["param"] == "input"


def test_the_models_own_tokens(database, serve):
    service = serve(database.settings, TOKEN_ENCODING="model")
    (tokens,) = service.post("/tokenize", {"inputs": TEXTS[0]}).json()
    ids = [token["id"] for token in tokens]
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused", max_retries=0) as client:
        data = client.embeddings.create(model="all-MiniLM-L6-v2", input=[ids, ids[1:-1]]).data
        assert data[0].embedding == pytest.approx(service.embed(TEXTS[:1])[0], abs=1e-5)
        assert data[1].embedding != pytest.approx(data[0].embedding, abs=1e-3)
        with pytest.raises(openai.BadRequestError, match="30522"):
            client.embeddings.create(model="all-MiniLM-L6-v2", input=[ids, [30522]])


def test_a_body_over_the_limit_is_refused_in_the_dialect(database, upstream, serve):
    service = serve(database.settings, upstream.openai(MAX_BODY_BYTES=4096))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="unused", max_retries=0) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            client.embeddings.create(model="text-embedding-3-small", input="x" * 5000)
    assert caught.value.status_code == 413
    assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_a_wrong_key_is_an_authentication_error(database, upstream, serve):
    service = serve(database.settings, upstream.openai(API_KEYS="right"))
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="wrong", max_retries=0) as client:
        with pytest.raises((openai.AuthenticationError, openai.PermissionDeniedError)):
            client.embeddings.create(model="text-embedding-3-small", input="x")
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="right", max_retries=0) as client:
        assert client.embeddings.create(model="text-embedding-3-small", input="x").data
