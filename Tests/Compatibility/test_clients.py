"""Clients of other libraries as their users call them, each in a process of the environment that holds them all. Every
one has to bring the vectors that the service gives of the same texts."""

import json
import os
import subprocess

import pytest
from Harness.process import CHECKOUT

PYTHON = os.environ.get("CLIENTS_PYTHON") or CHECKOUT / ".local/venv-clients/bin/python"
TEXTS = ["A parser for dates.", "Draws charts.", "naïve 北京 🙂 text"]
MODEL = "all-MiniLM-L6-v2"

# Each leaves the vectors of `texts` in `vectors`.
CLIENTS = {
    "openai": """
import openai
client = openai.OpenAI(base_url=url + "/v1", api_key="none")
vectors = [item.embedding for item in client.embeddings.create(model=model, input=texts).data]
""",
    "openai, Azure": """
import openai
client = openai.AzureOpenAI(azure_endpoint=url, api_key="none", api_version="2024-10-21")
vectors = [item.embedding for item in client.embeddings.create(model=model, input=texts).data]
""",
    "langchain-ollama": """
from langchain_ollama import OllamaEmbeddings
vectors = OllamaEmbeddings(model=model, base_url=url).embed_documents(texts)
""",
    "llama-index, OpenAI-like": """
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
embedding = OpenAILikeEmbedding(model_name=model, api_base=url + "/v1", api_key="none")
vectors = embedding.get_text_embedding_batch(texts)
""",
    "llama-index, Ollama": """
from llama_index.embeddings.ollama import OllamaEmbedding
vectors = OllamaEmbedding(model_name=model, base_url=url).get_text_embedding_batch(texts)
""",
    "llama-index, TEI": """
from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference
embedding = TextEmbeddingsInference(model_name=model, base_url=url, text_instruction="", query_instruction="")
vectors = embedding.get_text_embedding_batch(texts)
""",
    "litellm, OpenAI": """
import litellm
answer = litellm.embedding(model="openai/" + model, api_base=url + "/v1", api_key="none", input=texts)
vectors = [item["embedding"] for item in answer.data]
""",
    "litellm, Ollama": """
import litellm
answer = litellm.embedding(model="ollama/" + model, api_base=url, input=texts)
vectors = [item["embedding"] for item in answer.data]
""",
    "haystack, texts": """
from haystack.components.embedders import OpenAITextEmbedder
from haystack.utils import Secret
embedder = OpenAITextEmbedder(api_base_url=url + "/v1", api_key=Secret.from_token("none"), model=model)
vectors = [embedder.run(text)["embedding"] for text in texts]
""",
    "haystack, documents": """
from haystack import Document
from haystack.components.embedders import OpenAIDocumentEmbedder
from haystack.utils import Secret
embedder = OpenAIDocumentEmbedder(
    api_base_url=url + "/v1", api_key=Secret.from_token("none"), model=model, progress_bar=False)
documents = embedder.run([Document(content=text) for text in texts])["documents"]
vectors = [document.embedding for document in documents]
""",
    "huggingface_hub": """
from huggingface_hub import InferenceClient
client = InferenceClient(url)
vectors = [client.feature_extraction(text)[0].tolist() for text in texts]
""",
}

# What our doubles of a provider's contract answer has to be what the provider's own client understands.
PROVIDERS = {
    "cohere": """
import cohere
client = cohere.ClientV2(api_key="none", base_url=url)
answer = client.embed(model=model, texts=texts, input_type="search_document", embedding_types=["float"])
vectors = answer.embeddings.float_
""",
    "voyageai": """
import voyageai
client = voyageai.Client(api_key="none", base_url=url + "/v1")
vectors = client.embed(texts, model="voyage-3.5", input_type="document").embeddings
""",
}


def run(snippet, directory, **values):
    """What `vectors` is at the end of the snippet."""
    given = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    code = f"import json, sys\n{given}\n{snippet}\njson.dump(vectors, open('vectors.json', 'w'))"
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                   "HAYSTACK_TELEMETRY_ENABLED": "False", "NO_PROXY": "*", "HOME": str(directory)}
    ran = subprocess.run([str(PYTHON), "-c", code], cwd=directory, env=environment, capture_output=True, text=True,
                         timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]
    return json.loads((directory / "vectors.json").read_text())


def assert_equal(vectors, others):
    assert len(vectors) == len(others)
    for one, other in zip(vectors, others, strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 1e-6


@pytest.fixture(autouse=True)
def environment():
    if not os.path.exists(PYTHON):
        pytest.skip("the clients are not there; scripts/bootstrap --tests installs them")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("client", CLIENTS)
def test_client(shared_service, tmp_path, client):
    vectors = run(CLIENTS[client], tmp_path, url=shared_service.url, texts=TEXTS, model=MODEL)
    assert_equal(vectors, shared_service.embed(TEXTS))


HUGGING_FACE = """
from huggingface_hub import InferenceClient
client = InferenceClient(url)
ask = lambda text, **options: client.feature_extraction(text, **options)[0].tolist()
vectors = [ask(texts[0], normalize=False)]
vectors += [ask(start + long, truncate=True, truncation_direction="left") for start in ("", "another beginning ")]
vectors += [ask(long, truncate=True, truncation_direction="right"), ask(texts[0], prompt_name="query")]
"""


@pytest.mark.timeout(400)
def test_options_of_hugging_faces_client(shared_service, tmp_path):
    long = " ".join(f"word{number}" for number in range(1000))
    raw, left, same, right, query = run(HUGGING_FACE, tmp_path, url=shared_service.url, texts=TEXTS, long=long)
    length = sum(value * value for value in raw) ** 0.5
    assert abs(length - 1) > 0.01
    assert_equal([[value / length for value in raw]], shared_service.embed(TEXTS[:1]))
    assert_equal([left], [same])
    assert max(abs(a - b) for a, b in zip(left, right, strict=True)) > 1e-3
    assert_equal([right, query], shared_service.embed([long, TEXTS[0]]))


TOKENIZERS = """
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
tokenizer.no_padding()
tokenizer.no_truncation()
encoded = [tokenizer.encode(text) for text in texts]
vectors = [[[one.ids, one.offsets, one.special_tokens_mask, tokenizer.decode(one.ids)] for one in encoded]]
"""


@pytest.mark.timeout(400)
def test_tokens_are_those_of_hugging_faces_tokenizers(shared_service, tmp_path):
    ((*encoded,),) = run(TOKENIZERS, tmp_path, folder=str(CHECKOUT / "models" / MODEL), texts=TEXTS)
    answers = shared_service.post("/tokenize", {"inputs": TEXTS}).json()
    for text, answer, (ids, offsets, special, decoded) in zip(TEXTS, answers, encoded, strict=True):
        assert [token["id"] for token in answer] == ids
        assert [token["special"] for token in answer] == [bool(mask) for mask in special]
        places = [(token["start"], token["stop"]) for token in answer if not token["special"]]
        assert places == [tuple(place) for place, mask in zip(offsets, special, strict=True) if not mask]
        assert all(token["text"] == text[token["start"]:token["stop"]] for token in answer if not token["special"])
        assert shared_service.post("/decode", {"ids": ids}).json() == [decoded]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("client", PROVIDERS)
def test_double_of_a_provider(upstream, tmp_path, client):
    vectors = run(PROVIDERS[client], tmp_path, url=upstream.url, texts=TEXTS, model="embed-v4.0")
    assert_equal(vectors, [upstream.vector(text, len(vectors[0])) for text in TEXTS])


@pytest.mark.parametrize("provider", ["cohere", "voyage"])
def test_provider(database, upstream, serve, provider):
    service = serve(database.settings, getattr(upstream, provider)())
    assert_equal(service.embed(TEXTS), [upstream.vector(text, 1536 if provider == "cohere" else 1024) for text in TEXTS])


GENERATED = """
import pathlib, subprocess, urllib.request
pathlib.Path("openapi.json").write_bytes(urllib.request.urlopen(url + "/openapi.json").read())
generator = pathlib.Path(sys.executable).with_name("openapi-python-client")
made = subprocess.run([generator, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", "generated"],
                      capture_output=True, text=True)
assert made.returncode == 0, made.stdout + made.stderr
from generated import Client
from generated.api.open_ai import create_embeddings
from generated.api.repos import get_repo, list_repos, upsert_repos
from generated.api.search import search
from generated.models import OpenAIEmbeddingsRequest, RepoUpdate, SearchMode
client = Client(base_url=url)
assert upsert_repos.sync(client=client, body=RepoUpdate(full_name="apple/swift-log", stars=7)).created == 1
assert get_repo.sync("apple", "swift-log", client=client).stars == 7
page = list_repos.sync(client=client, owner="apple", limit=5)
assert [repo.full_name for repo in page.repos] == ["apple/swift-log"], page
found = search.sync(client=client, q="swift-log", mode=SearchMode.TEXT)
assert found.mode == "text", found
answer = create_embeddings.sync(client=client, body=OpenAIEmbeddingsRequest(input_=texts))
vectors = [item.embedding for item in answer.data]
"""


@pytest.mark.timeout(400)
def test_a_client_that_is_generated_from_the_contract(database, serve, tmp_path):
    service = serve(database.settings)
    vectors = run(GENERATED, tmp_path, url=service.url, texts=TEXTS)
    assert_equal(vectors, service.embed(TEXTS))
