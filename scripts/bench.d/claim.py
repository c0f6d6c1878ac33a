"""Claim: 50 jobs with 0, 100 and 10,000 due among many embedded repos, with the statement the program sends, beside a
naive poll of the repos; then what an idle process costs: its processor time, and its slowest requests to the database
beside requests of nothing."""

import random
import re
import time
import uuid

import bench
from repo_texts import text_hash


def statement():
    """The claim of Sources/Storage, so that what is measured is what is used."""
    storage = bench.CHECKOUT / "Sources/Storage"
    source = (storage / "Outbox/JobTable+Claims.swift").read_text()

    def string(function):
        return re.search(rf'static func {function}\(.*?"""\n(.*?)"""', source, re.S).group(1)

    fields = re.search(r"fields: \[(.*?)\]", (storage / "Repos/EmbeddedTable+Repos.swift").read_text()).group(1)
    row = string("rowFields").replace("\\(fields)", "id, " + fields.replace('"', ""))
    text = re.sub(r"\\\(fields\.map.*?\?\? \"\[\]\"\)", lambda _: f"(SELECT {row} FROM $jobs.repo)", string("claim"))
    text = text.replace("\\(Status.leased.literal)", '"leased"')
    assert "\\(" not in text, f"a part of the claim is not filled in: {text}"
    return text


def fingerprint(service, database):
    """What rows embedded with the present model carry."""
    database.add("finger/print")
    service.await_drained(1)
    return database.repo("finger/print")["embedding_fingerprint"]


def fill(database, count, name):
    """Embedded repos, as if they had been so for long: no job is due."""
    generator = random.Random(1)
    vectors = [[generator.gauss(0, 0.05) for _ in range(384)] for _ in range(50)]
    for start in range(0, count, 500):
        rows = [
            {"full_name": f"owner{number % 5000}/repo{number}", "owner": {"login": f"owner{number % 5000}"},
             "description": "A repository.", "stars": number, "is_private": False, "embedding": vectors[number % 50],
             "embedding_fingerprint": name}
            for number in range(start, start + 500)
        ]
        for row in rows:
            row["embedding_text_hash"] = text_hash(row)
        database.query("INSERT INTO repo $rows RETURN NONE; DELETE embedding_job RETURN NONE", {"rows": rows})


def enqueue(database, due):
    """Makes exactly so many jobs due."""
    database.query(
        "DELETE embedding_job RETURN NONE;"
        'INSERT INTO embedding_job (SELECT [record::id(id)] AS id, id AS repo, 1 AS gen, "pending" AS status, '
        "time::now() AS due_at, 0 AS attempts FROM repo LIMIT $due) RETURN NONE", {"due": due})


def claims(database, due):
    """Milliseconds of each of some claims; what is claimed is made due again."""
    enqueue(database, due)
    connection = bench.Connection(database)
    # As after a claim that met the end of the queue, which comes before jobs become due.
    text = statement().replace("$lease", "60s").replace("$since", "time::now() - 60s")
    times = []
    for _ in range(30):
        took, claimed = connection.query(text, {"limit": 50, "claim": uuid.uuid4().hex, "unattributed": False})
        times.append(took)
        assert len(claimed["jobs"]) == min(50, due), f"{len(claimed['jobs'])} jobs were claimed of {due}"
        database.query(
            'UPDATE $jobs SET due_at = time::now(), claim = NONE, status = "pending" RETURN NONE',
            {"jobs": [job["id"] for job in claimed["jobs"]]})
    return times


# Reads every row with its vector, whether something is due or not.
NAIVE_POLL = "SELECT VALUE id FROM repo WHERE embedding IS NONE OR updated_at > embedding_generated_at LIMIT 50"


def naive_polls(database):
    """Milliseconds of each of some polls that find nothing."""
    connection = bench.Connection(database)
    times = []
    for _ in range(3):
        took, found = connection.query(NAIVE_POLL, {})
        assert found == []
        times.append(took)
    return times


def bare_requests(database, count, seconds):
    """Milliseconds of as many requests in as many seconds that read nothing: what no statement can do better."""
    connection = bench.Connection(database)
    times = []
    for _ in range(count):
        took, _ = connection.query("RETURN 1", {})
        times.append(took)
        time.sleep(max(0, seconds / count - took / 1000))
    return times


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="embedded repos")
    parser.add_argument("--idle", type=int, default=60, help="seconds of idleness")
    options = parser.parse_args()
    settings = {"EMBEDDING_PROVIDER": "builtin", "SEARCH_BACKEND": "surrealdb"}
    with bench.database() as database:
        with bench.service(database.settings, settings) as service:
            name = fingerprint(service, database)
        fill(database, options.count, name)
        # A claim looks a minute back, and walks over what jobs that ended since then have left in the index.
        time.sleep(61)
        table = []
        for due in (0, 100, 10_000):
            times = claims(database, due)
            table.append({
                "repos": options.count, "due": due, "claim p50 ms": bench.percentile(times, 0.5),
                "claim p99 ms": bench.percentile(times, 0.99),
            })
        times = naive_polls(database)
        table.append({
            "repos": options.count, "due": "0, naive poll", "claim p50 ms": bench.percentile(times, 0.5),
            "claim p99 ms": max(times),
        })
        bench.report(table, options.json)
        database.query("DELETE embedding_job RETURN NONE")
        # In memory, as no idleness is to be seen while the database builds an index over so many.
        with bench.service(database.settings, settings, SEARCH_BACKEND="memory", POLL_INTERVAL_MS=500) as service:
            service.await_drained(options.count, within=600)
            bench.await_search(service, "exact, in memory", within=600)
            time.sleep(30)
            before, used = bench.database_requests(service), bench.processor_seconds(service.process)
            time.sleep(options.idle)
            after, used = bench.database_requests(service), bench.processor_seconds(service.process) - used
        bound, slow, count = bench.slowest_request(before, after)
        bare = bare_requests(database, count, options.idle)
        bench.report([{
            "repos": options.count, "idle s": options.idle, "core %": 100 * used / options.idle,
            "requests": count, "over 10 ms": slow, "slowest ms at most": bound,
            "of RETURN 1 over 10 ms": sum(took > 10 for took in bare), "its slowest ms": max(bare),
        }])


main()
