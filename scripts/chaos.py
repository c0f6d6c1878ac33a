"""Chaos: replicas, a database and a provider that fail at random while repos change; at the end every repo's vector
belongs to its present text and the current model, or the repo is listed with its reason."""

import argparse
import collections
import hashlib
import os
import pathlib
import random
import signal
import socket
import sys
import tempfile
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "Tests"))

from surrealdb import RecordID  # noqa: E402

from Harness.database import Engine  # noqa: E402
from Harness.process import eventually  # noqa: E402
from Harness.service import Service  # noqa: E402
from Harness.upstream import Upstream  # noqa: E402

NAMES = 300
# The circuit breaker's longest pause, 120 s, and an interval of reconciliation.
PATIENCE = 180
WORDS = "fast small typed async parser cache queue graph vector search shell editor".split()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def text_of(row):
    """The text that stands for a repo, as RepoText builds it."""
    stars, unit = row["stars"], 1
    while stars // unit >= 100:
        unit *= 10
    lines = [f"Repository: {row['full_name']}", f"Description: {row['description']}", f"Language: {row['language']}"]
    return "\n".join([*lines, f"Stars: {stars // unit * unit}", f"Owner: {row['owner']['login']}"])


class Chaos:
    def __init__(self, options, folder):
        self.random = random.Random(options.seed)
        self.events = collections.Counter()
        self.folder = folder
        self.bind = f"127.0.0.1:{free_port()}"
        self.database = None
        self.start_engine()
        self.name = self.database.name
        self.upstream = Upstream(delay=0.02)
        settings = {
            **self.database.settings, **self.upstream.openai(), "LEASE_SECONDS": 5, "RETRY_DELAY_MS": 100,
            "RECONCILE_INTERVAL_SECONDS": 30, "SHUTDOWN_GRACE_MS": 3000,
        }
        self.replicas = [Service(settings, folder, free_port()) for _ in range(options.replicas)]
        for replica in self.replicas:
            replica.await_ready()
        self.model = eventually(self.model_in_use, what="the model in use")
        # Of another model: it must not embed a row while the others are there.
        self.stranger = Service({**settings, "EMBEDDING_DIMENSIONS": 32}, folder, free_port()).await_ready()
        self.backup = []

    def model_in_use(self):
        found = self.database.query("SELECT VALUE name FROM [embed_star:model]")
        return found[0] if found else None

    def start_engine(self):
        self.engine = Engine(f"surrealkv://{self.folder}/data", dict(os.environ), bind=self.bind)
        self.database = self.engine.open(self.name) if self.database else self.engine.new_database()

    def write(self):
        """Creates, changes or deletes a repo as another program would."""
        number = self.random.randrange(NAMES)
        fields = {
            "full_name": f"owner{number % 20}/repo{number}", "owner": {"login": f"owner{number % 20}"},
            "description": " ".join(self.random.choices(WORDS, k=4)), "language": "Swift",
            "stars": self.random.randrange(100_000), "is_private": False,
        }
        if self.random.random() < 0.03:
            fields["description"] += " poison"
        key = {"id": RecordID("repo", f"r{number}"), "fields": fields}
        if self.random.random() < 0.05:
            self.database.change("DELETE $id RETURN NONE", key)
        else:
            self.database.change("UPSERT $id MERGE $fields RETURN NONE", key)

    def kill_replica(self):
        replica = self.random.choice(self.replicas)
        replica.kill()
        replica.start()

    def stop_replica(self):
        replica = self.random.choice(self.replicas)
        replica.process.stop()
        replica.start()

    def restart_engine(self):
        self.database.close()
        self.engine.process.signal(signal.SIGKILL)
        self.engine.process.wait()
        time.sleep(self.random.uniform(0, 3))
        self.start_engine()

    def kill_stranger(self):
        self.stranger.kill()
        self.stranger.start()

    def take_backup(self):
        self.backup = self.database.query("SELECT * FROM repo")

    def restore_backup(self):
        """As `surreal import` does, which fires no events: rows get older texts, with the vectors of those or of others."""
        self.database.change("OPTION IMPORT; DELETE repo RETURN NONE")
        for start in range(0, len(self.backup), 100):
            rows = self.backup[start:start + 100]
            for row in rows[::3]:
                row["description"] = " ".join(self.random.choices(WORDS, k=4))
            self.database.change("OPTION IMPORT; INSERT IGNORE INTO repo $rows RETURN NONE", {"rows": rows})

    def remove_table(self):
        self.take_backup()
        self.database.change("REMOVE TABLE IF EXISTS repo; DEFINE TABLE IF NOT EXISTS repo SCHEMALESS")
        self.restore_backup()

    def break_provider(self):
        if self.random.random() < 0.5:
            self.upstream.fail(429, headers={"Retry-After": "1"}, times=self.random.randrange(1, 20))
        else:
            self.upstream.fail(503, times=self.random.randrange(1, 20))

    def refuse_poison(self):
        self.upstream.fail(400, when=lambda texts: any("poison" in str(text) for text in texts))

    def run(self, seconds):
        self.refuse_poison()
        faults = [
            self.kill_replica, self.stop_replica, self.restart_engine, self.break_provider, self.break_provider,
            self.kill_stranger, self.take_backup, self.restore_backup, self.remove_table,
        ]
        end, next_fault = time.monotonic() + seconds, time.monotonic() + 2
        while time.monotonic() < end:
            self.write()
            self.events["write"] += 1
            if time.monotonic() > next_fault:
                fault = self.random.choice(faults)
                print(f"  {end - time.monotonic():5.0f} s left: {fault.__name__}", flush=True)
                fault()
                self.events[fault.__name__] += 1
                next_fault = time.monotonic() + self.random.uniform(1, 6)
            time.sleep(self.random.uniform(0, 0.02))
        # Faults that no call has met yet would keep the provider's circuit breaker open for as long as they last.
        self.upstream.heal()
        self.refuse_poison()

    def states(self):
        """What each replica says of its provider and its queue."""
        for replica in [*self.replicas, self.stranger]:
            yield replica.get("/health").text

    def wrong(self):
        """The repos whose state is not what it must be, with what is wrong."""
        jobs = {str(job["repo"]): job for job in self.database.query("SELECT * FROM embedding_job")}
        wrong = []
        for row in self.database.query("SELECT * OMIT embedding FROM repo"):
            job = jobs.pop(str(row["id"]), None)
            is_current = row.get("embedding_text_hash") == hashlib.sha256(text_of(row).encode()).hexdigest()
            is_dead = job is not None and job["status"] == "failed" and bool(job.get("error"))
            if "poison" in row["description"]:
                if not is_dead:
                    wrong.append((row["full_name"], "poison and not listed as failed", job))
            elif job is not None or not is_current:
                wrong.append((row["full_name"], "current" if is_current else "stale", job))
            elif row["embedding_fingerprint"] != self.model:
                wrong.append((row["full_name"], "of another model than the one in use", row["embedding_fingerprint"]))
        return wrong + [(repo, "a job without a repo", job) for repo, job in jobs.items()]

    def close(self):
        for replica in [*self.replicas, self.stranger]:
            replica.process.stop()
        self.engine.process.stop()
        self.upstream.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--replicas", type=int, default=3)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.replicas} replicas, {options.minutes} minutes", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        chaos = Chaos(options, folder)
        try:
            chaos.run(options.minutes * 60)
            start = time.monotonic()
            try:
                eventually(lambda: not chaos.wrong(), within=PATIENCE, every=1, what="a right state")
            except AssertionError:
                sys.exit("\n".join(map(str, ["wrong in the end:", *chaos.wrong()[:20], *chaos.states()])))
            print(f"all right {time.monotonic() - start:.1f} s after the last fault: {dict(chaos.events)}")
            print(f"{chaos.upstream.total} texts were embedded")
        finally:
            chaos.close()


main()
