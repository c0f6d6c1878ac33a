"""Gateway: what embed-star adds to an uncached text, against asking the same fake provider directly; and what LiteLLM
adds on the same processors, and nginx, which as a reverse proxy only passes bytes on.
"""

import contextlib
import json
import os
import pathlib
import tempfile

import bench
import load

DIMENSIONS = 384
MODEL = "text-embedding-3-small"
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
    port = bench.free_port()
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


@contextlib.contextmanager
def litellm(program, provider, on):
    """The LiteLLM proxy, one worker as it comes; its base URL."""
    port = bench.free_port()
    environment = {
        **os.environ, "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true", "LITELLM_LOG": "ERROR",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "litellm.yaml"
        parameters = {"model": f"openai/{MODEL}", "api_base": f"{provider}/v1", "api_key": "none"}
        file.write_text(json.dumps({
            "model_list": [{"model_name": MODEL, "litellm_params": parameters}],
            "litellm_settings": {"telemetry": False},
        }))
        with bench.bound(on):
            process = bench.Process([program, "--config", file, "--host", "127.0.0.1", "--port", port], environment, folder)
        try:
            bench.eventually(lambda: load.answers(port), within=120, what="LiteLLM")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stop()


def measure(connections, options, others, targets, service):
    """Rounds in turn, directly and through each of the others; the best of each."""
    used = bench.processor_seconds(service.process)
    rounds = [
        {name: load.wrk(url, connections, options.seconds, on=others, model=MODEL) for name, url in targets.items()}
        for _ in range(options.rounds)
    ]
    used = bench.processor_seconds(service.process) - used
    asked = sum(turns["embed-star"][0] for turns in rounds) * options.seconds
    median = {name: min(turns[name][1] for turns in rounds) for name in targets}
    row = {"concurrency": connections}
    row |= {f"{name}/s": max(turns[name][0] for turns in rounds) for name in targets}
    row["direct p50 ms"] = median["direct"]
    row |= {f"{name} adds ms": median[name] - median["direct"] for name in targets if name != "direct"}
    return row | {
        "embed-star p99 ms": min(turns["embed-star"][2] for turns in rounds), "processor µs": 1e6 * used / asked,
        "MiB": load.memory(service.process.pid)[1] / (1 << 20),
    }


def main():
    parser = bench.arguments(__doc__)
    parser.add_argument("--provider", required=True, help="the fake provider's program")
    parser.add_argument("--litellm", required=True, type=os.path.abspath, help="LiteLLM's program")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours, others = load.processors()
    rows = []
    with bench.database() as database, load.provider(options.provider, DIMENSIONS, on=others) as url:
        with bench.service(database.settings, load.settings(url, DIMENSIONS), on=ours) as service:
            with nginx(url, ours) as proxy, litellm(options.litellm, url, ours) as peer:
                targets = {"direct": url, "nginx": proxy, "LiteLLM": peer, "embed-star": service.url}
                for connections in (1, 64):
                    rows.append(measure(connections, options, others, targets, service))
    bench.report(rows, options.json)


main()
