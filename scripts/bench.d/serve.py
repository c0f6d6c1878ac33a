"""Serve: texts/s and latency of POST /v1/embeddings with the built-in model, without cache, on real texts."""

import random

import bench
import load
import repo_texts


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    texts = [repo_texts.repo_text(repo) for repo in bench.repos(options.repos)]
    random.Random(1).shuffle(texts)
    rows = []
    with bench.database() as database:
        settings = {"EMBEDDING_PROVIDER": "builtin", "CACHE_MAX_BYTES": 0, "LOG_LEVEL": "warn"}
        with bench.service(database.settings, settings) as service:
            load.wrk(service.url, 4, 2, texts)
            for connections, count in ((1, 1), (16, 1), (64, 1), (4, 32)):
                rate, median, tail = load.wrk(service.url, connections, options.seconds, texts, count)
                rows.append({"concurrency": connections, "texts a request": count, "texts/s": rate * count,
                             "p50 ms": median, "p99 ms": tail,
                             "MiB": load.memory(service.process.pid)[1] / (1 << 20)})
    bench.report(rows, options.json)


main()
