"""Large: one request of 2048 texts × 1536 dimensions: memory against the answer's size, and what others wait meanwhile."""

import http.client
import json
import threading
import time

import bench
import load

TEXTS, DIMENSIONS = 2048, 1536


def ask(port, form):
    """Bytes of the answer and seconds; the answer is dropped as it comes."""
    body = json.dumps({"input": [f"text {number}" for number in range(TEXTS)], "encoding_format": form})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    start = time.perf_counter()
    connection.request("POST", "/v1/embeddings", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    size = 0
    while piece := answer.read(1 << 16):
        size += len(piece)
    connection.close()
    return size, time.perf_counter() - start


class Probe(threading.Thread):
    """Asks for /livez again and again on one connection."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.waits, self.ended = port, [], threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.ended.is_set():
            start = time.perf_counter()
            connection.request("GET", "/livez")
            connection.getresponse().read()
            self.waits.append(1000 * (time.perf_counter() - start))
            time.sleep(0.001)


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", required=True, help="the fake provider's program")
    options = parser.parse_args()
    rows = []
    with bench.database() as database, load.provider(options.provider, DIMENSIONS) as url:
        for form in ("float", "base64"):
            with bench.service(database.settings, load.settings(url, DIMENSIONS)) as service:
                pid = service.process.pid
                service.embed(["warm"])
                load.forget_peak(pid)
                before = load.memory(pid)[0]
                # One event loop or the other: connections are dealt out in turn.
                probes = [Probe(service.port) for _ in range(4)]
                for probe in probes:
                    probe.start()
                size, seconds = ask(service.port, form)
                for probe in probes:
                    probe.ended.set()
                    probe.join()
                grown = load.memory(pid)[1] - before
                waits = sorted(wait for probe in probes for wait in probe.waits)
                rows.append({"form": form, "answer MiB": size / (1 << 20), "grown MiB": grown / (1 << 20),
                             "grown / answer": grown / size, "seconds": seconds, "/livez p50 ms": bench.percentile(waits, 0.5),
                             "/livez p99 ms": bench.percentile(waits, 0.99), "/livez max ms": waits[-1]})
    bench.report(rows, options.json)


main()
