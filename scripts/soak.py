"""A soak: replicas serve pushes, searches, repos and webhooks while the provider and single replicas fail now and then."""

import argparse
import hashlib
import hmac
import json
import os
import pathlib
import random
import signal
import statistics
import sys
import tempfile
import threading
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "Tests"))

import requests  # noqa: E402

from Harness.database import Engine  # noqa: E402
from Harness.process import free_port  # noqa: E402
from Harness.service import Service  # noqa: E402
from Harness.upstream import Upstream  # noqa: E402

WORDS = "fast small typed async parser cache queue graph vector search shell editor".split()
SECRET = "a secret of the soak"
REPOS = 2000
# Seconds that a client rests at most between two requests: a steady load, not the most that is possible.
PAUSE = 0.25
# What may be answered while something is made to fail.
FORESEEN = {429, 502, 503, 504}


class Load:
    """Clients, each a thread with a connection of its own; `taken` has the seconds and statuses of the window."""

    def __init__(self, services, seed):
        self.services, self.seed = services, seed
        self.lock = threading.Lock()
        self.taken, self.wrong, self.refused, self.broken = [], [], 0, 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(kind, number), daemon=True)
                        for number, kind in enumerate([self.push, self.push, self.search, self.search, self.repos, self.webhook])]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def work(self, kind, number):
        chance, session = random.Random(self.seed + number), requests.Session()
        while not self.stopping.is_set():
            service = chance.choice(self.services)
            began = time.monotonic()
            try:
                answer = kind(session, service.url, chance)
            except requests.RequestException:
                # Its replica is being restarted, or the connection was to the one before.
                with self.lock:
                    self.broken += 1
                time.sleep(0.2)
                continue
            with self.lock:
                if answer.status_code in FORESEEN:
                    self.refused += 1
                elif answer.ok:
                    self.taken.append((kind.__name__, time.monotonic() - began))
                else:
                    self.wrong.append(f"{kind.__name__}: {answer.status_code} {answer.text[:200]}")
            time.sleep(chance.uniform(0, PAUSE))

    def text(self, chance):
        return " ".join(chance.choices(WORDS, k=4))

    def push(self, session, url, chance):
        texts = [self.text(chance) for _ in range(chance.choice([1, 1, 1, 8]))]
        return session.post(f"{url}/v1/embeddings", json={"input": texts}, timeout=60)

    def search(self, session, url, chance):
        return session.get(f"{url}/search", params={"q": self.text(chance), "limit": 10}, timeout=60)

    def repo(self, chance):
        number = chance.randrange(REPOS)
        return {"full_name": f"owner{number % 50}/repo{number}", "description": self.text(chance), "language": "Swift",
                "stars": chance.randrange(100_000)}

    def repos(self, session, url, chance):
        return session.post(f"{url}/repos", json=[self.repo(chance) for _ in range(5)], timeout=60)

    def webhook(self, session, url, chance):
        repo = self.repo(chance)
        owner, name = repo["full_name"].split("/")
        body = json.dumps({"action": "edited", "repository": {**repo, "name": name, "owner": {"login": owner},
                                                              "html_url": f"https://github.com/{repo['full_name']}"}}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return session.post(f"{url}/webhooks/github", data=body, timeout=60, headers={
            "Content-Type": "application/json", "X-GitHub-Event": "repository", "X-GitHub-Delivery": f"{chance.random()}",
            "X-Hub-Signature-256": signature})

    def window(self):
        with self.lock:
            taken, self.taken = self.taken, []
        return taken


def resident(process):
    """MiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000 if values else None


def sample(services, load, elapsed):
    taken = load.window()
    point = {"seconds": round(elapsed, 1), "requests": len(taken),
             "memory_mib": [round(resident(one.process), 1) for one in services],
             "descriptors": [descriptors(one.process) for one in services]}
    for kind in ("push", "search", "repos", "webhook"):
        times = [seconds for name, seconds in taken if name == kind]
        point[kind] = {"count": len(times), "p50_ms": percentile(times, 0.5), "p99_ms": percentile(times, 0.99)}
    return point


def growth(points, field, replica):
    """The last third's median over the second's: the first is for warming up."""
    values = [point[field][replica] for point in points]
    third = len(values) // 3
    return statistics.median(values[2 * third:]) / max(1e-9, statistics.median(values[third:2 * third]))


def chart(points, path):
    """Memory, descriptors and latency over the time, one under the other."""
    width, height, left = 720, 150, 60
    last = points[-1]["seconds"] or 1
    colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {3 * (height + 50) + 20}" '
             'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>']

    def panel(index, title, lines):
        top = index * (height + 50) + 30
        highest = max([value for _, values in lines for value in values if value is not None] or [1]) * 1.1 or 1
        parts.append(f'<text x="{left}" y="{top - 10}" font-weight="bold">{title}</text>')
        for step in range(3):
            y = top + height - height * step / 2
            parts.append(f'<path d="M{left} {y}H{width - 110}" stroke="#ddd"/>'
                         f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{highest * step / 2:.0f}</text>')
        for number, (name, values) in enumerate(lines):
            spots = [f"{left + (width - 110 - left) * point['seconds'] / last:.1f} {top + height - height * value / highest:.1f}"
                     for point, value in zip(points, values) if value is not None]
            colour = colours[number % len(colours)]
            parts.append(f'<path d="M{" L".join(spots)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                         f'<text x="{width - 104}" y="{top + 14 + 16 * number}" fill="{colour}">{name}</text>')
        parts.append(f'<text x="{width - 110}" y="{top + height + 14}" text-anchor="end">{last / 60:.0f} min</text>')

    replicas = range(len(points[0]["memory_mib"]))
    panel(0, "Resident memory, MiB", [(f"replica {i + 1}", [p["memory_mib"][i] for p in points]) for i in replicas])
    panel(1, "Open descriptors", [(f"replica {i + 1}", [p["descriptors"][i] for p in points]) for i in replicas])
    panel(2, "Latency p99, ms", [(kind, [p[kind]["p99_ms"] for p in points]) for kind in ("push", "search", "repos", "webhook")])
    path.write_text("\n".join([*parts, "</svg>", ""]))


def disturb(chance, services, upstream):
    """One fault: of the provider mostly; the first two replicas are stopped and started, the last lives through."""
    kind = chance.choice(["429", "503", "slow", "restart"])
    if kind == "429":
        upstream.fail(429, headers={"Retry-After": "1"}, times=20)
    elif kind == "503":
        upstream.fail(503, times=20)
    elif kind == "slow":
        upstream.delay = 0.2
        threading.Timer(10, lambda: setattr(upstream, "delay", 0.02)).start()
    else:
        service = chance.choice(services[:-1] or services)
        service.process.stop()
        service.start()
        service.await_ready()
    return kind


def await_empty(service):
    """How many rows still wait after two minutes without load: 0 is right."""
    pending, end = None, time.monotonic() + 120
    while pending != 0 and time.monotonic() < end:
        time.sleep(1)
        pending = service.pipeline()["pending"]
    return pending


def run(options, folder):
    # Who ends it early still gets what was measured.
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    engine = Engine(f"surrealkv://{folder}/data", dict(os.environ))
    database = engine.new_database()
    upstream = Upstream(delay=0.02)
    # The cache is full within the first third, so that what grows later is something else.
    settings = {**database.settings, **upstream.openai(
        GITHUB_WEBHOOK_SECRET=SECRET, RETRY_DELAY_MS=200, LOG_LEVEL="error", CACHE_MAX_BYTES="4MiB")}
    services = [Service(settings, folder, free_port()) for _ in range(options.replicas)]
    points, faults, load, pending = [], [], None, None
    try:
        for service in services:
            service.await_ready()
        load, chance = Load(services, options.seed), random.Random(options.seed)
        load.start()
        began, end = time.monotonic(), time.monotonic() + options.minutes * 60
        every = max(2.0, options.minutes * 60 / 240)
        next_fault = began + 20
        while time.monotonic() < end and not ended.wait(every):
            for service in services:
                service.process.check()
            points.append(sample(services, load, time.monotonic() - began))
            if time.monotonic() > next_fault and time.monotonic() < end - 15:
                faults.append({"seconds": round(time.monotonic() - began), "kind": disturb(chance, services, upstream)})
                next_fault = time.monotonic() + chance.uniform(10, 40)
        load.stop()
        pending = await_empty(services[-1])
    finally:
        if load:
            load.stopping.set()
        for service in services:
            if service.process.is_running:
                service.process.stop()
        engine.process.stop()
        upstream.close()
    # The last replica was never restarted: of it growth can be told.
    survivor = len(services) - 1
    return {
        "minutes": round(points[-1]["seconds"] / 60, 1), "replicas": options.replicas, "seed": options.seed,
        "requests": sum(point["requests"] for point in points), "refused": load.refused, "broken": load.broken,
        "wrong": load.wrong[:50], "faults": faults, "left_pending": pending,
        "memory_growth": round(growth(points, "memory_mib", survivor), 3),
        "descriptor_growth": round(growth(points, "descriptors", survivor), 3), "points": points,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=CHECKOUT / ".local")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        found = run(options, folder)
    (options.out / "soak.json").write_text(json.dumps(found, indent=1) + "\n")
    chart(found["points"], options.out / "soak.svg")
    print(f"{found['requests']} requests in {found['minutes']:g} minutes, {found['refused']} refused, {found['broken']} cut off "
          f"by {len(found['faults'])} faults, {len(found['wrong'])} wrong; memory x {found['memory_growth']}, "
          f"descriptors x {found['descriptor_growth']} from the second to the last third")
    if found["wrong"] or found["left_pending"] or found["memory_growth"] > 1.1 or found["descriptor_growth"] > 1.2:
        sys.exit("\n".join([f"not steady ({found['left_pending']} rows still pending at the end):", *found["wrong"]]))


main()
