"""Takeover: a database that embed-star never saw, half of its rows with vectors of the predecessor, which are kept, until
every row is embedded. The provider answers at once."""

import datetime
import time

import bench
import load
from Harness.upstream import Upstream

MODEL, DIMENSIONS = "text-embedding-3-small", 64


def fill(database, count):
    """Rows as the predecessor leaves them: every second one embedded."""
    changed = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    embedded = {
        "embedding": [0.125] * DIMENSIONS, "embedding_model": MODEL,
        "embedding_generated_at": changed + datetime.timedelta(hours=1),
    }
    for start in range(0, count, 500):
        rows = [
            {"full_name": f"owner{number % 5000}/repo{number}", "owner": {"login": f"owner{number % 5000}"},
             "name": f"repo{number}", "description": f"Number {number}.", "stars": number, "language": "C",
             "updated_at": changed, **(embedded if number % 2 else {})}
            for number in range(start, min(start + 500, count))
        ]
        database.query("INSERT INTO repo $rows RETURN NONE", {"rows": rows})


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()
    provider = Upstream()
    settings = provider.openai(
        EMBEDDING_MODEL=MODEL, EMBEDDING_DIMENSIONS=DIMENSIONS, KEEP_EXISTING_VECTORS="true", SEARCH_BACKEND="memory",
        REQUESTS_PER_MINUTE=1_000_000, TOKENS_PER_MINUTE=1_000_000_000)
    with bench.database() as database:
        fill(database, options.count)
        start = time.monotonic()
        with bench.service(database.settings, settings) as service:
            ready, before = time.monotonic() - start, bench.database_requests(service)
            idle = load.memory(service.process.pid)[0]
            service.await_drained(options.count, within=3600)
            took = time.monotonic() - start
            bound, _, count = bench.slowest_request(before, bench.database_requests(service))
            most = load.memory(service.process.pid)[1]
            written = database.count("array::len(embedding) = 64 AND embedding_fingerprint != NONE")
    bench.report([{
        "repos": options.count, "ready s": ready, "all s": took, "texts paid for": provider.total, "written": written,
        "requests": count, "slowest ms at most": bound, "MiB at the start": idle / (1 << 20),
        "MiB at most": most / (1 << 20),
    }], options.json)
    provider.close()


main()
