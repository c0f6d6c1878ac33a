"""Gateway: what embed-star adds to an uncached text, against asking the same fake provider directly; and what nginx adds
on the same processors, which as a reverse proxy only passes bytes on.
"""

import contextlib
import os
import pathlib
import tempfile

import bench
import load

DIMENSIONS = 384
NGINX = """worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    upstream provider {{ server {provider}; keepalive 256; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} reuseport;
        location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(provider, on):
    """A reverse proxy before the provider; its base URL."""
    port = load.free_port()
    with tempfile.TemporaryDirectory() as folder:
        # Its workers are not root.
        pathlib.Path(folder).chmod(0o777)
        file = pathlib.Path(folder) / "nginx.conf"
        file.write_text(NGINX.format(
            workers=len(on), folder=folder, port=port, provider=provider.removeprefix("http://")))
        with bench.bound(on):
            process = bench.Process(["nginx", "-c", file], dict(os.environ), bench.CHECKOUT)
        try:
            bench.eventually(lambda: load.answers(port), what="nginx")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stop()


def measure(connections, options, others, url, proxy, service):
    """Rounds in turn, directly and through both; the best of each."""
    used = load.processor_seconds(service.process.pid)
    rounds = [
        [load.wrk(target, connections, options.seconds, on=others) for target in (url, proxy, service.url)]
        for _ in range(options.rounds)
    ]
    used = load.processor_seconds(service.process.pid) - used
    asked = sum(turns[2][0] for turns in rounds) * options.seconds
    direct, passed, through = (min(turns[place][1:] for turns in rounds) for place in range(3))
    rates = [max(turns[place][0] for turns in rounds) for place in range(3)]
    return {
        "concurrency": connections, "direct/s": rates[0], "nginx/s": rates[1], "through/s": rates[2],
        "direct p50 ms": direct[0], "nginx adds ms": passed[0] - direct[0], "added p50 ms": through[0] - direct[0],
        "through p99 ms": through[1], "processor µs": 1e6 * used / asked,
        "MiB": load.memory(service.process.pid)[1] / (1 << 20),
    }


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", required=True, help="the fake provider's program")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours, others = load.processors()
    rows = []
    with bench.database() as database, load.provider(options.provider, DIMENSIONS, on=others) as url:
        with bench.service(database.settings, load.settings(url, DIMENSIONS), on=ours) as service:
            with nginx(url, ours) as proxy:
                for connections in (1, 64):
                    rows.append(measure(connections, options, others, url, proxy, service))
    bench.report(rows, options.json)


main()
