"""Vector search: recall@10 against exact search, latency one at a time, and queries/s at concurrency 16.

Vectors beyond the real ones are real ones moved a little. `own ms` is the median time of a request in the service
without what it waits for the database, read from traces; `CPU ms` is the processor time that a request takes it.
"""

import http.client
import json
import pathlib
import re
import secrets
import subprocess
import tempfile
import time

import numpy as np

import bench
import embedded
from Harness.collector import Collector

LUA = """
local requests, place = {}, 0
init = function(arguments)
    local headers = {["Content-Type"] = "application/json"}
    for line in io.lines("%s") do requests[#requests + 1] = wrk.format("POST", "/search", headers, line) end
end
request = function() place = place %% #requests + 1 return requests[place] end
"""


def moved(vectors, shares, generator):
    """Unit vectors a random direction of that share away."""
    noise = generator.normal(size=vectors.shape)
    noise *= shares / np.linalg.norm(noise, axis=1, keepdims=True)
    result = vectors + noise
    return (result / np.linalg.norm(result, axis=1, keepdims=True)).astype(np.float32)


def table(rows, vectors, size, generator):
    """`size` rows and vectors: the real ones, then copies of other names."""
    more = generator.integers(0, len(rows), max(0, size - len(rows)))
    copies = [{**rows[of], "full_name": f"{rows[of]['full_name']}-{number}"} for number, of in enumerate(more)]
    moved_vectors = moved(vectors[more], generator.uniform(0.2, 0.8, (len(more), 1)), generator)
    return (rows + copies)[:size], np.vstack([vectors, moved_vectors])[:size]


def await_fast(service, backend):
    """Waits until the answers come the fast way; how long that took."""
    start = time.monotonic()
    bench.await_search(service, "exact, in memory" if backend == "memory" else "the index is ready")
    ready = time.monotonic() - start
    await_idle(service)
    return ready


def await_idle(service, within=300):
    """What a start brings with it, such as the map, is not to be measured with the searches."""
    def is_idle():
        before = bench.processor_seconds(service.process)
        time.sleep(1)
        return bench.processor_seconds(service.process) - before < 0.03

    bench.eventually(is_idle, within=within, what="the service to be idle")


def ask(connection, body, **headers):
    connection.request("POST", "/search", body, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return content


def one_at_a_time(service, bodies):
    """Answers, their latencies in ms, and the mean of the processor time in ms."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    for body in bodies[:20]:
        ask(connection, body)
    # What goes on all the time is not the searches' part.
    before, start = bench.processor_seconds(service.process), time.monotonic()
    time.sleep(3)
    idle = (bench.processor_seconds(service.process) - before) / (time.monotonic() - start)
    answers, latencies = [], []
    before, begin = bench.processor_seconds(service.process), time.monotonic()
    for body in bodies:
        start = time.perf_counter()
        answers.append(ask(connection, body))
        latencies.append((time.perf_counter() - start) * 1000)
    lasted = time.monotonic() - begin
    computing = (bench.processor_seconds(service.process) - before - idle * lasted) / len(bodies) * 1000
    connection.close()
    return [json.loads(answer) for answer in answers], latencies, computing


def own_time(database, settings, backend, bodies):
    """The median time in ms that a search takes beside its database requests, which come one after the other. Traces
    cost something themselves, so that nothing else is measured with them."""
    collector = Collector()
    traces = [secrets.token_hex(16) for _ in bodies]
    with bench.service(database.settings, settings, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as service:
        await_fast(service, backend)
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        for trace, body in zip(traces, bodies):
            ask(connection, body, traceparent=f"00-{trace}-{'1' * 16}-01")
        connection.close()
    collector.close()
    times = {trace: 0 for trace in traces}
    for span in collector.spans:
        trace, took = span.trace_id.hex(), (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
        if trace in times and (span.name == "POST /search" or span.name.startswith("query ")):
            times[trace] += took if span.name == "POST /search" else -took
    assert all(took > 0 for took in times.values()), "traces are missing"
    return bench.percentile(list(times.values()), 0.5)


def sixteen(service, bodies):
    """Queries a second and the p99 in ms of 16 connections."""
    with tempfile.TemporaryDirectory() as folder:
        lines = pathlib.Path(folder) / "bodies"
        lines.write_text("\n".join(bodies))
        script = pathlib.Path(folder) / "search.lua"
        script.write_text(LUA % lines)
        command = ["wrk", "-t1", "-c16", "-d8", "--latency", "--timeout", "30", "-s", script, f"{service.url}/search"]
        text = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in text, text
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def resident(service):
    """MiB of the process."""
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def longest_follow(service, database, backend):
    """The longest time in s from a new vector in the database until search finds it."""
    longest = 0
    for number, row in enumerate(database.query("SELECT id, full_name FROM repo LIMIT 20")):
        repo = {"repo": row["id"]}
        read = "SELECT VALUE embedding FROM ONLY $repo"
        before = database.query(read, repo)
        text = f"{number} herrings in a barrel of {backend}"
        database.query("UPDATE $repo SET description = $text RETURN NONE", {**repo, "text": text})
        bench.eventually(lambda: database.query(read, repo) != before, what="the new vector")
        start = time.monotonic()
        body = {"embedding": database.query(read, repo), "limit": 1}
        bench.eventually(
            lambda: (best := service.post("/search", body).json()["results"][0])["full_name"] == row["full_name"]
            and best["score"] > 0.999,
            what=f"the new vector of {row['full_name']}",
        )
        longest = max(longest, time.monotonic() - start)
    return longest


def measure(service, database, backend, rows, vectors, options, generator):
    ready = await_fast(service, backend)
    count = options.queries
    queries = moved(vectors[generator.integers(0, len(vectors), count)], 0.5, generator)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    bodies = [json.dumps({"embedding": query.tolist(), "limit": 10}) for query in queries]
    answers, latencies, computing = one_at_a_time(service, bodies)
    found = sum(
        len({hit["full_name"] for hit in answer["results"]} & {rows[place]["full_name"] for place in best})
        for answer, best in zip(answers, exact)
    )
    texts = [row["description"][:100] for row in rows[:4000] if row["description"]][:: max(1, 4000 // count)]
    hybrid = one_at_a_time(service, [json.dumps({"q": text, "limit": 10}) for text in texts])[1]
    rate, tail = sixteen(service, bodies)
    took = [answer["took_ms"] for answer in answers]
    memory = resident(service)
    return {
        "backend": backend, "vectors": len(rows), "method": answers[0]["method"], "ready s": ready,
        "recall@10": found / count / 10, "p50 ms": bench.percentile(latencies, 0.5),
        "p99 ms": bench.percentile(latencies, 0.99), "took p50": bench.percentile(took, 0.5), "CPU ms": computing,
        "c16 q/s": rate, "c16 p99 ms": tail, "hybrid p50 ms": bench.percentile(hybrid, 0.5),
        "hybrid p99 ms": bench.percentile(hybrid, 0.99), "RSS MiB": memory,
        "follow s": longest_follow(service, database, backend),
    }, bodies[:100]


def main():
    parser = embedded.arguments(__doc__)
    parser.add_argument("--size", type=int, action="append", help="vectors, several times; 13080 and 100000")
    parser.add_argument("--backend", choices=["memory", "surrealdb"], action="append")
    parser.add_argument("--queries", type=int, default=300)
    options = parser.parse_args()
    repos, vectors, fingerprint = embedded.real(options)
    results = []
    for size in options.size or [13080, 100000]:
        generator = np.random.default_rng(size)
        rows, chosen = table(repos, vectors, size, generator)
        with bench.database() as database:
            embedded.fill(database, rows, chosen, fingerprint)
            for backend in options.backend or ["memory", "surrealdb"]:
                settings = embedded.settings(options, backend)
                with bench.service(database.settings, settings) as service:
                    row, bodies = measure(service, database, backend, rows, chosen, options, generator)
                results.append({**row, "own ms": own_time(database, settings, backend, bodies)})
                print(results[-1], flush=True)
    bench.report(results, options.json)


main()
