"""What the benchmarks of the whole service share: an engine, the program, repos, tables."""

import argparse
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import socket
import sys
import tempfile
import time

from surrealdb.cbor import dumps, loads

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "Tests"))

from Harness.database import Engine  # noqa: E402
from Harness.process import Process, eventually  # noqa: E402, F401
from Harness.service import Service, program  # noqa: E402, F401


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repos", default=CHECKOUT / "data/sample-repos.ndjson",
                        help="NDJSON, gzip or not (default: the sample in data/; scripts/bench.d/README.md says how to get more)")
    parser.add_argument("--json", help="where to write the figures")
    return parser


def repos(path):
    """The repos of an NDJSON file, as rows."""
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as lines:
        return [json.loads(line) for line in lines]


@contextlib.contextmanager
def database(path="memory"):
    """An empty database of an engine of its own."""
    engine = Engine(path, dict(os.environ))
    taken = engine.new_database()
    try:
        yield taken
    finally:
        taken.close()
        engine.process.stop()


@contextlib.contextmanager
def bound(processors):
    """What is started meanwhile may use these processors alone; all if none are given."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def service(*settings, on=None, **more):
    """The service, ready.

    on: the processors it may use."""
    merged = {name: value for group in (*settings, more) for name, value in group.items()}
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        with bound(on):
            started = Service(merged, directory, port)
        try:
            yield started.await_ready()
        finally:
            started.process.stop()


class Connection:
    """Sends queries as embed-star does, over HTTP; what Python takes to encode and decode is not in the times."""

    def __init__(self, database):
        settings = database.settings
        self.connection = http.client.HTTPConnection(settings["DB_URL"].removeprefix("ws://"))
        self.headers = {"Content-Type": "application/cbor", "Accept": "application/cbor"}
        token = self.call("signin", {"user": settings["DB_USER"], "pass": settings["DB_PASS"]})[1]
        self.headers |= {
            "Authorization": f"Bearer {token}", "surreal-ns": settings["DB_NAMESPACE"],
            "surreal-db": settings["DB_DATABASE"],
        }

    def call(self, method, *params):
        """The milliseconds until the answer was there, and the result."""
        return self.send(self.request(method, *params))

    @staticmethod
    def request(method, *params):
        return dumps({"id": 1, "method": method, "params": params})

    def send(self, body):
        start = time.perf_counter()
        self.connection.request("POST", "/rpc", body, self.headers)
        answer = self.connection.getresponse().read()
        took = (time.perf_counter() - start) * 1000
        result = loads(answer)
        assert "result" in result, result
        return took, result["result"]

    def query(self, text, variables):
        took, (result,) = self.call("query", text, variables)
        assert result["status"] == "OK", result["result"]
        return took, result["result"]


def processor_seconds(process):
    """What the process and its children have used: it says what work costs also where the machine is shared."""
    def used(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sum(used(pid) for pid in [process.pid, *children])


def await_search(service, wanted, within=7200):
    """Waits until the service searches in the way whose description begins so, or in one of several ways."""
    eventually(
        lambda: service.get("/health").json()["search"].get("detail", "").startswith(wanted),
        within=within, every=0.2, what=str(wanted),
    )


def database_requests(service):
    """How many requests to the database took at most so many seconds: (bound, count), cumulative."""
    found = re.findall(
        r'^embed_star_db_request_duration_seconds_bucket\{le="([^"]+)"\} (\d+)', service.get("/metrics").text, re.M)
    return [(float(bound), int(count)) for bound, count in found]


def slowest_request(before, after):
    """Between two readings of `database_requests`: the bound in ms of the bucket with the slowest one, how many took
    longer than 10 ms, and how many there were."""
    counts = {bound: late - early for (bound, early), (_, late) in zip(before, after)}
    total = counts[float("inf")]
    return next(1000 * bound for bound, count in counts.items() if count == total), total - counts[0.01], total


def insert(target, rows, size=500):
    """Writes rows as another program would, in statements of `size` rows."""
    for start in range(0, len(rows), size):
        target.query("INSERT INTO repo $rows RETURN NONE", {"rows": rows[start : start + size]})


def report(rows, path=None):
    """Prints dictionaries of the same keys as a table, and writes them."""
    columns = list(rows[0])
    text = [columns] + [[f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows]
    widths = [max(len(line[place]) for line in text) for place in range(len(columns))]
    for line in text:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    if path:
        pathlib.Path(path).write_text(json.dumps(rows, indent=2) + "\n")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
