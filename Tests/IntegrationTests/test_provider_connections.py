"""How providers are reached: TLS of a private authority, proxies, HTTP/2, and embed-star itself as a provider."""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from hypercorn.asyncio import serve as serve_http
from hypercorn.config import Config

from Harness import service as program
from Harness.process import eventually
from Harness.upstream import Listener, Upstream, vector

TEXTS = ["A vector database written in Rust", "héllo wörld", "line\nbreak"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A private authority (ca.pem), and a certificate of it for 127.0.0.1 and provider.test (server.pem, server.key)."""
    folder = tmp_path_factory.mktemp("authority")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    for arguments in (
        ["-subj", "/CN=Test", "-keyout", "ca.key", "-out", "ca.pem"],
        ["-subj", "/CN=provider.test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:provider.test",
         "-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key",
         "-keyout", "server.key", "-out", "server.pem"],
    ):
        subprocess.run(["openssl", "req", "-x509", *key, *arguments], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def secure_upstream(authority):
    """A provider behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    started = Upstream(tls=context)
    yield started
    started.close()


def expected(texts, dimensions, prefix=""):
    return [pytest.approx(vector(prefix + text, dimensions), abs=1e-6) for text in texts]


PROVIDERS = [("openai", 64), ("together", 768), ("ollama", 768)]


@pytest.mark.parametrize("provider, dimensions", PROVIDERS)
def test_a_private_authority_is_trusted_when_it_is_named(
    database, secure_upstream, serve, authority, provider, dimensions
):
    settings = getattr(secure_upstream, provider)(DOCUMENT_PREFIX="text: ", RETRY_ATTEMPTS=1)
    service = serve(database.settings, settings, SSL_CERT_FILE=authority / "ca.pem")
    assert service.embed(TEXTS) == expected(TEXTS, dimensions, "text: ")
    embedded = secure_upstream.total
    stranger = serve(database.settings, settings)
    refused = stranger.post("/v1/embeddings", {"input": "one"})
    assert refused.status_code in (502, 503), refused.text
    assert secure_upstream.total == embedded


@pytest.mark.parametrize("provider, dimensions", PROVIDERS)
def test_a_proxy_is_asked_for_what_only_it_can_reach(database, upstream, serve, provider, dimensions):
    """The upstream is its own proxy: it takes requests for a host that has no address."""
    proxy, upstream.url = upstream.url, "http://provider.test"
    settings = getattr(upstream, provider)(DOCUMENT_PREFIX="text: ", http_proxy=proxy, NO_PROXY="127.0.0.1")
    service = serve(database.settings, settings)
    assert service.embed(TEXTS) == expected(TEXTS, dimensions, "text: ")
    assert set(upstream.hosts) == {"provider.test"}


class Tunnel:
    """A proxy that knows CONNECT alone, and leads everything to one port."""

    def __init__(self, port):
        self.asked = []
        tunnel = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_CONNECT(self):
                tunnel.asked.append(self.path)
                with socket.create_connection(("127.0.0.1", port)) as upstream:
                    self.send_response(200)
                    self.end_headers()
                    answers = threading.Thread(target=self.pump, args=(upstream, self.connection), daemon=True)
                    answers.start()
                    self.pump(self.connection, upstream)
                    answers.join()

            @staticmethod
            def pump(source, sink):
                try:
                    while piece := source.recv(65536):
                        sink.sendall(piece)
                    sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_tls_goes_through_a_proxys_tunnel(database, secure_upstream, serve, authority):
    tunnel = Tunnel(secure_upstream.server.server_port)
    secure_upstream.url = "https://provider.test"
    settings = secure_upstream.openai(SSL_CERT_FILE=authority / "ca.pem", HTTPS_PROXY=tunnel.url)
    service = serve(database.settings, settings)
    assert service.embed(TEXTS) == expected(TEXTS, 64)
    assert set(tunnel.asked) == {"provider.test:443"}
    service.process.stop()
    tunnel.close()


class MultiplexedProvider:
    """OpenAI's wire over HTTP/2; notes each request's version and connection."""

    def __init__(self, authority):
        self.requests = []
        self.most_at_once = self.at_once = 0
        config = Config()
        config.bind = ["127.0.0.1:0"]
        config.certfile, config.keyfile = str(authority / "server.pem"), str(authority / "server.key")
        config.loglevel = "ERROR"
        listener = config.create_sockets().secure_sockets[0]
        port = listener.getsockname()[1]
        # It belongs to the server now, which closes it: two owners would close the next one of its number too.
        config.bind = [f"fd://{listener.detach()}"]
        self.url = f"https://127.0.0.1:{port}/v1"
        self.loop = asyncio.new_event_loop()
        self.stopped = asyncio.Event()
        self.thread = threading.Thread(target=self._run, args=(config,), daemon=True)
        self.thread.start()

    def _run(self, config):
        self.loop.run_until_complete(serve_http(self, config, shutdown_trigger=self.stopped.wait))

    def close(self):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(10)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.requests.append((scope["http_version"], scope["client"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.05)
        self.at_once -= 1
        data = [{"index": index, "embedding": vector(text, 64)} for index, text in enumerate(json.loads(body)["input"])]
        answer = json.dumps({"data": data, "usage": {"prompt_tokens": 1}}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": answer})


def test_http_2_carries_concurrent_calls_on_one_connection_a_loop(database, serve, authority):
    provider = MultiplexedProvider(authority)
    service = serve(
        database.settings,
        {"EMBEDDING_PROVIDER": "openai", "OPENAI_BASE_URL": provider.url, "EMBEDDING_DIMENSIONS": 64,
         "SSL_CERT_FILE": authority / "ca.pem", "BATCH_SIZE": 1, "PARALLEL_WORKERS": 8},
    )
    texts = [f"text {number}" for number in range(40)]
    assert service.embed(texts) == expected(texts, 64)
    assert {version for version, _ in provider.requests} == {"2"}
    # A call runs on the event loop of its request, and the loops have a connection each.
    assert len({client for _, client in provider.requests}) <= os.cpu_count()
    assert provider.most_at_once > 1
    service.process.stop()
    provider.close()


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_embed_star_serves_embed_star(database, shared_service, serve, names, provider):
    settings = {
        "openai": {"EMBEDDING_PROVIDER": "openai", "OPENAI_BASE_URL": f"{shared_service.url}/v1"},
        "ollama": {"EMBEDDING_PROVIDER": "ollama", "OLLAMA_URL": shared_service.url},
    }[provider]
    for _ in range(20):
        database.add(names())
    service = serve(database.settings, settings, EMBEDDING_MODEL=program.MODEL.name)
    assert service.embed(TEXTS) == [pytest.approx(values, abs=1e-6) for values in shared_service.embed(TEXTS)]
    service.await_drained(20)
    assert database.count("array::len(embedding) = 384") == 20
    # OpenAI's token ids are read before they are sent on.
    decoded = service.post("/v1/embeddings", {"input": [[15339], "hello"]}).json()["data"]
    assert decoded[0]["embedding"] == pytest.approx(decoded[1]["embedding"], abs=1e-6)
    assert service.get("/health").json()["status"] == "ok"
