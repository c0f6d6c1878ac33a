"""A provider of embeddings for tests: the wire of OpenAI, Together, Voyage and Ollama, with faults on demand."""

import base64
import collections
import hashlib
import json
import math
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def vector(text, dimensions):
    """A unit vector that depends on the words of `text`, so that texts with common words are near each other."""
    total = [0.0] * dimensions
    for word in text.lower().split() or [""]:
        seed = hashlib.sha256(word.encode()).digest()
        for place in range(8):
            index, sign = seed[2 * place] * 256 + seed[2 * place + 1], 1 if seed[16 + place] & 1 else -1
            total[index % dimensions] += sign
    norm = math.sqrt(sum(value * value for value in total))
    if norm == 0:
        total[0] = norm = 1.0
    return [value / norm for value in total]


class Fault:
    """An answer given in place of the real one."""

    def __init__(self, status=500, body=None, headers=None, times=None, when=lambda texts: True, delay=0.0):
        self.status, self.body, self.headers = status, body, headers or {}
        self.times, self.when, self.delay = times, when, delay

    def applies(self, texts):
        if self.times == 0 or not self.when(texts):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Listener(ThreadingHTTPServer):
    """A server whose clients may vanish."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class Upstream:
    """The provider. `texts` counts every text it embedded, `calls` the requests, `keys` the credentials seen, `hosts` the
    hosts that it was asked for as a proxy; `headers` holds those of the last requests, names in lower case."""

    def __init__(self, delay=0.0, tls=None):
        self.delay = delay
        self.vector = vector
        self.lock = threading.Lock()
        self.texts = collections.Counter()
        self.calls = []
        self.keys = collections.Counter()
        self.hosts = collections.Counter()
        self.headers = collections.deque(maxlen=1000)
        self.faults = []
        # What Voyage was told that texts are.
        self.input_types = collections.Counter()
        # No call is answered while it is cleared.
        self.gate = threading.Event()
        self.gate.set()
        self.models = {"nomic-embed-text": 768}
        self.digest = "a" * 64
        # Makes another answer of status, headers and body, for hostile providers.
        self.mutate = lambda status, headers, body: (status, headers, body)
        self.server = Listener(("127.0.0.1", 0), self._handler())
        scheme = "http"
        if tls:
            # The handshake is the connection's own, done by its thread when it first reads.
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def total(self):
        """How many texts were embedded, repeats included."""
        with self.lock:
            return sum(self.texts.values())

    def openai(self, **settings):
        """Settings that make it embed-star's OpenAI."""
        return {
            "EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "sk-test-sentinel",
            "OPENAI_BASE_URL": f"{self.url}/v1", "EMBEDDING_DIMENSIONS": 64, **settings,
        }

    def together(self, **settings):
        return {
            "EMBEDDING_PROVIDER": "together", "TOGETHER_API_KEY": "tg-test-sentinel",
            "TOGETHER_BASE_URL": f"{self.url}/v1", **settings,
        }

    def voyage(self, **settings):
        return {
            "EMBEDDING_PROVIDER": "voyage", "VOYAGE_API_KEY": "pa-test-sentinel", "VOYAGE_BASE_URL": f"{self.url}/v1",
            **settings,
        }

    def cohere(self, **settings):
        return {
            "EMBEDDING_PROVIDER": "cohere", "COHERE_API_KEY": "co-test-sentinel", "COHERE_BASE_URL": f"{self.url}/v2",
            **settings,
        }

    def ollama(self, **settings):
        return {"EMBEDDING_PROVIDER": "ollama", "OLLAMA_URL": self.url, **settings}

    def fail(self, status=500, **options):
        """Adds a fault; returns it, so that it can be removed."""
        fault = Fault(status, **options)
        with self.lock:
            self.faults.append(fault)
        return fault

    def heal(self):
        with self.lock:
            self.faults.clear()

    def _take_fault(self, texts):
        with self.lock:
            return next((fault for fault in self.faults if fault.applies(texts)), None)

    def _record(self, path, texts, key):
        with self.lock:
            self.calls.append((path, len(texts)))
            self.keys[key] += 1

    def _finish(self, texts):
        with self.lock:
            self.texts.update(map(str, texts))

    def _handler(self):
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def parse_request(self):
                """Also takes the absolute form that proxies are asked in (RFC 9112 §3.2.2)."""
                if not super().parse_request():
                    return False
                target = urlsplit(self.path)
                if target.scheme:
                    upstream.hosts[target.netloc] += 1
                    self.path = target.path
                return True

            def do_GET(self):
                if self.path == "/api/tags":
                    models = [
                        {"name": f"{name}:latest", "model": f"{name}:latest", "size": 1, "digest": upstream.digest,
                         "modified_at": "2026-01-01T00:00:00Z", "details": {"family": "bert"}}
                        for name in upstream.models
                    ]
                    self.answer(200, {"models": models})
                elif self.path == "/api/version":
                    self.answer(200, {"version": "0.6.3"})
                elif self.path == "/v1/models":
                    self.answer(200, {"object": "list", "data": []})
                else:
                    self.answer(404, {"error": "not found"})

            def do_POST(self):
                upstream.headers.append({name.lower(): value for name, value in self.headers.items()})
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
                route = {"/v1/embeddings": self.openai, "/api/embed": self.ollama, "/api/show": self.show,
                         "/v2/embed": self.cohere}
                route.get(self.path, lambda _: self.answer(404, {"error": "not found"}))(body)

            def embed(self, texts, dimensions):
                """The vectors; None when a fault was answered in their place."""
                upstream._record(self.path, texts, self.headers.get("Authorization", ""))
                fault = upstream._take_fault(texts)
                if fault:
                    time.sleep(fault.delay)
                    body = fault.body if fault.body is not None else {"error": {"message": "fault", "type": "x"}}
                    self.answer(fault.status, body, fault.headers)
                    return None
                time.sleep(upstream.delay)
                upstream.gate.wait(60)
                upstream._finish(texts)
                return [upstream.vector(str(text), dimensions) for text in texts]

            def openai(self, body):
                given = body["input"]
                texts = [given] if isinstance(given, str) or (given and isinstance(given[0], int)) else given
                size = 768 if "bge" in body["model"] else 1024 if "voyage" in body["model"] else 1536
                upstream.input_types.update([body.get("input_type")])
                vectors = self.embed(texts, body.get("dimensions") or body.get("output_dimension") or size)
                if vectors is None:
                    return
                if body.get("encoding_format") == "base64":
                    vectors = [base64.b64encode(struct.pack(f"<{len(v)}f", *v)).decode() for v in vectors]
                data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
                tokens = sum(len(str(text)) // 4 + 1 for text in texts)
                usage = {"prompt_tokens": tokens, "total_tokens": tokens}
                self.answer(200, {"object": "list", "data": data, "model": body["model"], "usage": usage})

            def cohere(self, body):
                upstream.input_types.update([body["input_type"]])
                vectors = self.embed(body["texts"], body.get("output_dimension") or 1536)
                if vectors is not None:
                    tokens = sum(len(text) // 4 + 1 for text in body["texts"])
                    self.answer(200, {"id": "0", "embeddings": {"float": vectors}, "texts": body["texts"],
                                      "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": tokens}},
                                      "response_type": "embeddings_by_type"})

            def ollama(self, body):
                name = body["model"].removesuffix(":latest")
                if name not in upstream.models:
                    self.answer(404, {"error": f'model "{name}" not found, try pulling it first'})
                    return
                texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
                vectors = self.embed(texts, upstream.models[name])
                if vectors is not None:
                    self.answer(200, {"model": body["model"], "embeddings": vectors, "total_duration": 1_000_000,
                                      "prompt_eval_count": len(texts)})

            def show(self, body):
                name = body["model"].removesuffix(":latest")
                if name not in upstream.models:
                    self.answer(404, {"error": "model not found"})
                    return
                info = {"general.architecture": "nomic-bert", "nomic-bert.embedding_length": upstream.models[name],
                        "nomic-bert.context_length": 2048}
                self.answer(200, {"model_info": info, "capabilities": ["embedding"], "details": {"family": "bert"}})

            def answer(self, status, body, headers=None):
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                status, headers, data = upstream.mutate(status, headers or {}, data)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        return Handler
