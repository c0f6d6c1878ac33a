"""The official Together client, unmodified: pointed at embed-star, and embed-star pointed at a server of its shape."""

import together


def test_the_client_is_served(shared_service):
    client = together.Together(base_url=shared_service.url, api_key="unused")
    answer = client.embeddings.create(model="all-MiniLM-L6-v2", input=["Hello", "World"])
    assert [len(item.embedding) for item in answer.data] == [384, 384]


def test_a_server_without_usage_is_understood(database, upstream, serve):
    service = serve(database.settings, upstream.together())
    client = together.Together(base_url=service.url, api_key="unused")
    answer = client.embeddings.create(model="BAAI/bge-base-en-v1.5", input="Hello")
    assert len(answer.data[0].embedding) == 768
