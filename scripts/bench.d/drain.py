"""Drain: all repos pending → embedded, with the built-in model or a fake provider of 50 ms a request. What the built-in
model encodes alone is measured before and after its drain; what pgai's vectorizer worker drains out of PostgreSQL, with
the same provider, after that of the provider.

`--index ours` goes on until the vector index is ready, `--index first` defines it before the first vector: SurrealDB
may end itself then, which is reported as not drained.
"""

import base64
import collections
import concurrent.futures
import json
import os
import random
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import bench
import repo_texts


def vector(dimensions):
    """Random numbers as OpenAI writes them in base64."""
    return base64.b64encode(struct.pack(f"<{dimensions}f", *(random.random() - 0.5 for _ in range(dimensions)))).decode()


class Provider:
    """OpenAI's wire. `first` is when it was first asked. The vectors are written before, in either form, so that nobody
    waits for Python to write them."""

    def __init__(self, delay, dimensions):
        self.texts = collections.Counter()
        self.first = None
        written = [json.dumps([random.random() - 0.5 for _ in range(dimensions)]) for _ in range(256)]
        # More of them: an index would make nothing of vectors that are often equal.
        encoded = [f'"{vector(dimensions)}"' for _ in range(8192)]
        provider = self

        def embedding(text, form):
            vectors = encoded if form == "base64" else written
            return vectors[hash(text) % len(vectors)]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.first = provider.first or time.monotonic()
                provider.texts.update(body["input"])
                time.sleep(delay)
                data = ",".join(
                    f'{{"object": "embedding", "index": {place}, "embedding": {embedding(text, body["encoding_format"])}}}'
                    for place, text in enumerate(body["input"])
                )
                answer = (
                    f'{{"object": "list", "data": [{data}], "model": {json.dumps(body["model"])}, '
                    '"usage": {"prompt_tokens": 1, "total_tokens": 1}}'
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def settings(self, dimensions):
        return {
            "EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "none", "EMBEDDING_DIMENSIONS": dimensions,
            "OPENAI_BASE_URL": self.url,
            "REQUESTS_PER_MINUTE": 1_000_000, "TOKENS_PER_MINUTE": 1_000_000_000,
        }


# Under a name of its own: an index of embed-star's name that it has not made is taken away at the start.
INDEX = "DEFINE INDEX naive ON repo FIELDS embedding HNSW DIMENSION 384 DIST COSINE TYPE F32 EFC 150 M 12"


def drain(rows, index, *settings, provider=None):
    """Repos a second from the first call of the provider on, or else from when the service was ready, and when the index
    is ready."""
    with bench.database() as database:
        with bench.service(database.settings, *settings):
            pass
        if index == "first":
            database.query(INDEX)
        bench.insert(database, rows)
        start = time.monotonic()
        with bench.service(database.settings, *settings) as service:
            ready, used = time.monotonic(), processors(service, database)
            drained = await_drained(service, database, len(rows))
            end = time.monotonic()
            seconds = end - (provider.first if provider else ready)
            own, engine = (after - before for after, before in zip(processors(service, database), used)) if drained else (0, 0)
            fenced, written = service.metric("pipeline_fenced_total"), service.metric("pipeline_written_total")
            indexed = ""
            if index == "ours" and drained:
                bench.eventually(
                    lambda: service.metric("vector_index_state", state="ready") == 1, within=3600, every=0.2,
                    what="the index",
                )
                indexed = time.monotonic() - ready
            elif index == "first" and drained:
                indexed = end - ready
    return {
        "repos": len(rows), "seconds": seconds, "repos/s": written / seconds, "start s": ready - start,
        "own CPU ms": 1000 * own / len(rows), "database CPU ms": 1000 * engine / len(rows),
        "written": int(written), "fenced": int(fenced), "drained": drained, "index ready s": indexed,
    }


def processors(service, database):
    """The processor seconds of the service and of the database engine until now."""
    return bench.processor_seconds(service.process), bench.processor_seconds(database.engine.process)


# As many texts a transaction as the pipeline writes at once.
BLOCK = 50


def write_vectors(rows, writers):
    """Rows a second that the engine takes vectors for, from so many connections at once, and nothing else."""
    with bench.database() as database:
        database.query("INSERT INTO repo $rows RETURN NONE",
                       {"rows": [{"id": number, **row} for number, row in enumerate(rows)]})
        connections = [bench.Connection(database) for _ in range(writers)]
        bodies = [vectors_body(range(start, min(len(rows), start + BLOCK))) for start in range(0, len(rows), BLOCK)]
        used, start = bench.processor_seconds(database.engine.process), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(writers) as threads:
            list(threads.map(lambda place: [connections[place].send(body) for body in bodies[place::writers]], range(writers)))
        seconds = time.monotonic() - start
        used = bench.processor_seconds(database.engine.process) - used
    return {
        "repos": len(rows), "seconds": seconds, "repos/s": len(rows) / seconds, "start s": "", "own CPU ms": "",
        "database CPU ms": 1000 * used / len(rows), "written": len(rows), "fenced": "", "drained": True, "index ready s": "",
        "texts sent": "", "model alone/s": "", "% of the model alone": "",
    }


def vectors_body(numbers):
    """One transaction that writes a vector into each of these rows."""
    statements = " ".join(f"UPDATE repo:{number} SET embedding = $vector{number} RETURN NONE;" for number in numbers)
    variables = {f"vector{number}": [random.random() - 0.5 for _ in range(384)] for number in numbers}
    return bench.Connection.request("query", f"{{ {statements} RETURN 1 }}", variables)


LABELS = {"fake": "embed-star, 50 ms a call", "builtin": "embed-star, built-in model"}

# pgai's own workers and texts a call: as it comes, with as many workers as it allows, and with larger calls too.
PGAI = [(1, None), (10, None), (10, 500)]


def pgai_drain(python, rows, concurrency, batch):
    """Texts a second of pgai's vectorizer worker, from its first call until its queue is empty."""
    provider = Provider(0.05, 384)
    texts = {row["full_name"].lower(): repo_texts.repo_text(row) for row in rows}
    size = ["--batch", str(batch)] if batch else []
    output = subprocess.run(
        [python, "-B", "scripts/bench.d/pgai-drain.py", "--provider", provider.url, "--concurrency", str(concurrency), *size],
        check=True, input=json.dumps(list(texts.items())), stdout=subprocess.PIPE, text=True, cwd=bench.CHECKOUT).stdout
    result = json.loads(output)
    seconds, written = result["end"] - provider.first, result["vectors"]
    return {
        "repos": len(texts), "seconds": seconds, "repos/s": len(texts) / seconds, "start s": "", "own CPU ms": "",
        "database CPU ms": "", "written": written, "fenced": "", "drained": written == len(texts), "index ready s": "",
        "texts sent": sum(provider.texts.values()), "model alone/s": "", "% of the model alone": "",
    }


def encode_rate(program, rows):
    """Texts a second of the model alone, 1000 texts, the best of three rounds."""
    texts = repo_texts.sample([repo_texts.repo_text(row) for row in rows])
    model, threads = bench.CHECKOUT / "models/all-MiniLM-L6-v2", len(os.sched_getaffinity(0))
    return repo_texts.encode(program, model, texts, threads, "--singles", "1")["texts_per_second"]


def await_drained(service, database, count):
    """Whether everything was embedded; not when the database ended before."""

    def is_over():
        if not database.engine.process.is_running:
            return "ended"
        status = service.pipeline()
        return status["embedded"] >= count and status["pending"] == status["leased"] == 0 and "drained"

    return bench.eventually(is_over, within=1800, every=0.1, what="the drain") == "drained"


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", choices=["fake", "engine", "pgai", "builtin"], action="append")
    parser.add_argument(
        "--index", choices=["none", "ours", "first"], default="none",
        help="also wait for the vector index as embed-star makes it, or define it before the drain",
    )
    parser.add_argument("--encode", required=True, help="the program that measures the built-in model alone")
    parser.add_argument("--pgai", required=True, type=os.path.abspath, help="Python with pgai and pgserver")
    parser.add_argument("--limit", type=int, help="take only so many repos")
    options = parser.parse_args()
    rows = bench.repos(options.repos)[: options.limit]
    table = []
    for name in options.provider or ["fake", "engine", "pgai", "builtin"]:
        if name == "engine":
            for writers in (1, 2):
                table.append({"provider": f"SurrealDB, vectors alone, {writers} at once", **write_vectors(rows, writers)})
            continue
        if name == "pgai":
            for concurrency, batch in PGAI:
                label = f"pgai, 50 ms a call, {concurrency} × {batch or 50} texts"
                table.append({"provider": label, **pgai_drain(options.pgai, rows, concurrency, batch)})
            continue
        sent, alone = "", ""
        if name == "fake":
            provider = Provider(0.05, 384)
            result = drain(rows, options.index, provider.settings(384), provider=provider)
            sent = sum(provider.texts.values())
        else:
            before = encode_rate(options.encode, rows)
            result = drain(rows, options.index, {"EMBEDDING_PROVIDER": "builtin"})
            alone = (before + encode_rate(options.encode, rows)) / 2
        result |= {"texts sent": sent, "model alone/s": alone, "% of the model alone": alone and 100 * result["repos/s"] / alone}
        table.append({"provider": LABELS[name], **result})
    bench.report(table, options.json)


main()
