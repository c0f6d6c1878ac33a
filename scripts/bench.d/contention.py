"""Contention: a drain without and with 5 % of texts that always fail, and single push requests with and without a drain
of the same provider, a fake one of 50 ms a request. The texts fail either by a vector of zeros among good ones, or by a
refusal of the whole call that does not say which it is about. A drain while somebody types queries, and what searches
take meanwhile, from its first second on."""

import contextlib
import threading
import time

import bench

from Harness.upstream import Upstream, vector

DELAY = 0.05
# The pace of OpenAI's smallest tier would be what is measured where calls are refused.
UNPACED = {"EMBEDDING_DIMENSIONS": 384, "REQUESTS_PER_MINUTE": 0, "TOKENS_PER_MINUTE": 0}


def rows(count, poison=0.0):
    every = int(1 / poison) if poison else 0
    return [
        {"full_name": f"owner{i}/repo{i}", "owner": {"login": f"owner{i}"}, "stars": i, "language": "C",
         "description": f"{'POISON ' if every and i % every == 0 else ''}number {i}"}
        for i in range(count)
    ]


def seconds_to_embed_the_good(count, poison, refuses_calls, beside=None):
    """From readiness until every text that can be embedded is, and the times in ms of what goes on beside it."""
    upstream = Upstream(DELAY)
    upstream.vector = lambda text, size: [0.0] * size if "POISON" in text else vector(text, size)
    if refuses_calls:
        upstream.fail(400, when=lambda texts: any("POISON" in str(text) for text in texts), delay=DELAY)
    good = sum("POISON" not in row["description"] for row in rows(count, poison))
    with bench.database() as database:
        settings = (database.settings, upstream.openai(**UNPACED))
        with bench.service(*settings) as service:
            service.post("/pipeline/pause")
        bench.insert(database, rows(count, poison))
        with bench.service(*settings) as service:
            start = time.monotonic()
            service.post("/pipeline/resume")
            with meanwhile(beside, service) as times:
                bench.eventually(lambda: service.pipeline()["embedded"] >= good, within=900, every=0.05, what="the good repos")
                elapsed = time.monotonic() - start
    upstream.close()
    return good, elapsed, times


@contextlib.contextmanager
def meanwhile(work, service):
    """Works in a thread of its own until the end; the times of its requests in ms."""
    stop, times = threading.Event(), []
    thread = threading.Thread(target=work or (lambda *_: None), args=(service, stop, times))
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def type_queries(service, stop, times):
    """A search after each letter, ten letters a second, another text each time."""
    while not stop.is_set():
        text = f"photo library {len(times)}"
        for end in range(1, len(text) + 1):
            if stop.wait(0.1):
                return
            start = time.perf_counter()
            assert service.post("/search", {"q": text[:end]}).status_code == 200
            times.append((time.perf_counter() - start) * 1000)


def push(service, stop, times):
    """One text after the other, each another one."""
    number = 0
    while not stop.is_set():
        start = time.perf_counter()
        service.embed([f"push {number} {start}"])
        times.append((time.perf_counter() - start) * 1000)
        number += 1


def push_latency(count):
    """Milliseconds of single-text requests, first alone, then while `count` repos drain."""
    upstream = Upstream(DELAY)
    with bench.database() as database:
        with bench.service(database.settings, upstream.openai(**UNPACED)) as service:
            results = []
            for draining in (False, True):
                if draining:
                    bench.insert(database, rows(count))
                    bench.eventually(lambda: service.pipeline()["embedded"] > 0, what="the drain's beginning")
                with meanwhile(push, service) as times:
                    end = time.monotonic() + 8
                    while time.monotonic() < end and not (draining and service.pipeline()["embedded"] >= count):
                        time.sleep(0.1)
                results.append(times)
    upstream.close()
    return results


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--count", type=int, default=4000)
    options = parser.parse_args()
    table = []
    drains = {
        "drain, no poison": (0.0, False), "drain, 5% without a usable vector": (0.05, False),
        "drain, 5% refused with the whole call": (0.05, True),
    }
    for name, (poison, refuses_calls) in [*drains.items()] * 2:
        good, elapsed, _ = seconds_to_embed_the_good(options.count, poison, refuses_calls)
        table.append({"what": name, "good texts": good, "figure": good / elapsed, "unit": "texts/s"})
    for _ in range(2):
        good, elapsed, times = seconds_to_embed_the_good(options.count, 0.0, False, type_queries)
        table.append({"what": "drain, somebody searching", "good texts": good, "figure": good / elapsed, "unit": "texts/s"})
        table.append({"what": "search during a drain", "good texts": len(times), "figure": bench.percentile(times, 0.99), "unit": "ms p99"})
    for name, times in zip(("push alone", "push during a drain"), push_latency(options.count)):
        table.append({"what": name, "good texts": len(times), "figure": bench.percentile(times, 0.5), "unit": "ms p50"})
    bench.report(table, options.json)


main()
