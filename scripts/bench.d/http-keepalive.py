"""Keep-alive requests/s and p99 at 64 connections: `GET /livez`, and a cached embedding of one text in base64.

The servers run on half of the processors, two at most, wrk on as many others. They take turns, round after round; the
medians are reported. The echo server is the server's module without routes, log and metrics. On a machine that others
use, the processor time a request tells more than the rate.
"""

import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import bench
import load
import requests

CONNECTIONS = 64
HALF = max(1, min(2, len(os.sched_getaffinity(0)) // 2))
PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER, LOAD = set(PROCESSORS[:HALF]), set(PROCESSORS[-HALF:])
EMBEDDING = '{"input":"a library for talking to language models","model":"all-MiniLM-L6-v2","encoding_format":"base64"}'
POST = f"""wrk.method = "POST"
wrk.body = '{EMBEDDING}'
wrk.headers["Content-Type"] = "application/json"
"""
NGINX = """worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    server {{ listen 127.0.0.1:{port} reuseport; location / {{ return 200 "ok"; }} }}
}}
"""


@contextlib.contextmanager
def peer(arguments, port):
    """A server of another make, answering /livez."""
    with bench.bound(SERVER):
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)

    def answers():
        try:
            return requests.get(f"http://127.0.0.1:{port}/livez", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    try:
        bench.eventually(answers, within=20, what=arguments[0])
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def ours():
    with bench.database() as database, bench.bound(SERVER):
        with bench.service(database.settings, EMBEDDING_PROVIDER="builtin", POLL_INTERVAL_MS=5000) as service:
            # The vector has to be in the cache.
            for _ in range(2):
                answer = requests.post(
                    service.url + "/v1/embeddings", EMBEDDING, headers={"Content-Type": "application/json"}, timeout=60
                )
            if answer.headers.get("X-Embed-Star-Cache") != "hit":
                sys.exit(f"the embedding is not answered from the cache: {dict(answer.headers)}")
            yield service.url, service.process


def measure(url, process, script, seconds):
    """Requests a second, the 99th percentile in milliseconds, and the server's processor time a request in µs."""
    wrk = ["wrk", f"-t{HALF}", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency"]
    before = bench.processor_seconds(process)
    with bench.bound(LOAD):
        text = subprocess.check_output([*wrk, *(["-s", script] if script else []), url], text=True)
    used = bench.processor_seconds(process) - before
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"{url} failed under load:\n{text}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    return rate, float(value) * load.UNITS[unit], used * 1e6 / int(re.search(r"(\d+) requests in", text)[1])


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="a turn's")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        post = folder / "post.lua"
        post.write_text(POST)
        ports = [bench.free_port() for _ in range(3)]
        (folder / "nginx.conf").write_text(NGINX.format(workers=HALF, folder=folder, port=ports[0]))
        nginx = stack.enter_context(peer(["nginx", "-c", str(folder / "nginx.conf")], ports[0]))
        hummingbird = stack.enter_context(peer([os.environ["HUMMINGBIRD"], str(ports[1])], ports[1]))
        echo = stack.enter_context(peer([os.environ["ECHO_SERVER"], str(ports[2])], ports[2]))
        star = stack.enter_context(ours())
        turns = [
            ("/livez", "embed-star", star, None), ("/livez", "echo-server", echo, None),
            ("/livez", "nginx", nginx, None), ("/livez", "hummingbird", hummingbird, None),
            ("/v1/embeddings", "embed-star", star, post), ("/v1/embeddings", "hummingbird", hummingbird, post),
        ]
        results = {turn[:2]: [] for turn in turns}
        for _ in range(options.rounds):
            for path, name, (url, process), script in turns:
                results[path, name].append(measure(url + path, process, script, options.seconds))
    rows = []
    for (path, name), figures in results.items():
        rates, tails, used = zip(*figures)
        rows.append({
            "request": path, "server": name, "requests/s": round(statistics.median(rates)), "lowest": round(min(rates)),
            "highest": round(max(rates)), "p99 ms": statistics.median(tails), "CPU µs": statistics.median(used),
        })
    best = {row["request"]: row["requests/s"] for row in rows if row["server"] == "embed-star"}
    for row in rows:
        row["embed-star is faster by"] = best[row["request"]] / row["requests/s"]
    bench.report(rows, options.json)


main()
