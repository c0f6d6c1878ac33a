"""Serve: texts/s and latency of POST /v1/embeddings with the built-in model, without cache, on real texts; and of a peer
with the same model, one after the other."""

import contextlib
import os
import pathlib
import random
import tempfile

import bench
import load
import repo_texts

MODEL = bench.CHECKOUT / "models/all-MiniLM-L6-v2"


@contextlib.contextmanager
def embed_star():
    """Its URL and process, and what it calls the model."""
    settings = {"EMBEDDING_PROVIDER": "builtin", "CACHE_MAX_BYTES": 0, "LOG_LEVEL": "warn"}
    with bench.database() as database, bench.service(database.settings, settings) as service:
        yield service.url, service.process, MODEL.name


@contextlib.contextmanager
def infinity(program):
    """The same; it asks no hub and tells nobody that it runs."""
    port = load.free_port()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"}
    with tempfile.TemporaryDirectory() as folder:
        process = bench.Process([
            program, "v2", "--model-id", MODEL, "--served-model-name", "model", "--engine", "torch", "--device", "cpu",
            "--no-bettertransformer", "--host", "127.0.0.1", "--port", port, "--url-prefix", "/v1", "--log-level", "error",
        ], environment, folder)
        try:
            bench.eventually(lambda: load.answers(port), within=180, what="Infinity")
            yield f"http://127.0.0.1:{port}", process, "model"
        finally:
            process.stop()


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--infinity", type=pathlib.Path, help="Infinity's program; without it there is no peer")
    options = parser.parse_args()
    texts = [repo_texts.repo_text(repo) for repo in bench.repos(options.repos)]
    random.Random(1).shuffle(texts)
    servers = {"embed-star": embed_star()}
    if options.infinity:
        servers["Infinity"] = infinity(options.infinity)
    rows = []
    for name, server in servers.items():
        with server as (url, process, model):
            load.wrk(url, 4, 2, texts, model=model)
            for connections, count in ((1, 1), (16, 1), (64, 1), (4, 32)):
                rate, median, tail = load.wrk(url, connections, options.seconds, texts, count, model=model)
                rows.append({"server": name, "concurrency": connections, "texts a request": count, "texts/s": rate * count,
                             "p50 ms": median, "p99 ms": tail, "MiB": load.memory(process.pid)[1] / (1 << 20)})
    bench.report(rows, options.json)


main()
