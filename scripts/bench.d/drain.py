"""Drain: all repos pending → embedded, with the built-in model or a fake provider of 50 ms a request."""

import collections
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import base64
import json
import random
import struct

import bench


class Provider:
    """OpenAI's wire with vectors made beforehand, so that it costs next to nothing itself."""

    def __init__(self, delay, dimensions):
        self.texts = collections.Counter()
        generator = random.Random(1)
        vectors = [
            base64.b64encode(struct.pack(f"<{dimensions}f", *(generator.gauss(0, 1) for _ in range(dimensions)))).decode()
            for _ in range(64)
        ]
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.texts.update(body["input"])
                time.sleep(delay)
                data = [
                    {"object": "embedding", "index": place, "embedding": vectors[place % 64]}
                    for place in range(len(body["input"]))
                ]
                usage = {"prompt_tokens": 1, "total_tokens": 1}
                answer = json.dumps({"object": "list", "data": data, "model": body["model"], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self, dimensions):
        return {
            "EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "none", "EMBEDDING_DIMENSIONS": dimensions,
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.server.server_port}/v1",
            "REQUESTS_PER_MINUTE": 1_000_000, "TOKENS_PER_MINUTE": 1_000_000_000,
        }


def drain(rows, *settings):
    """Repos a second from the first embedded repo on, as the database sees it."""
    with bench.database() as database:
        with bench.service(database.settings, *settings):
            pass
        bench.insert(database, rows)
        start = time.monotonic()
        with bench.service(database.settings, *settings) as service:
            ready = time.monotonic()
            service.await_drained(len(rows), within=1800)
            end = time.monotonic()
            fenced, written = service.metric("pipeline_fenced_total"), service.metric("pipeline_written_total")
    return {
        "repos": len(rows), "seconds": end - ready, "repos/s": len(rows) / (end - ready), "start s": ready - start,
        "written": int(written), "fenced": int(fenced),
    }


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", choices=["fake", "builtin"], action="append")
    parser.add_argument("--limit", type=int, help="take only so many repos")
    options = parser.parse_args()
    rows = bench.repos(options.repos)[: options.limit]
    table = []
    for name in options.provider or ["fake", "builtin"]:
        if name == "fake":
            provider = Provider(0.05, 384)
            result = drain(rows, provider.settings(384))
            result["texts sent"] = sum(provider.texts.values())
        else:
            result = drain(rows, {"EMBEDDING_PROVIDER": "builtin"})
            result["texts sent"] = ""
        table.append({"provider": name, **result})
    bench.report(table, options.json)


main()
