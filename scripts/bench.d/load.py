"""What the benchmarks of the push API share: the programs, wrk with a new text in every request, memory."""

import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile

import bench

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

# Each request takes the next lines of the file and, where there is none, makes texts up.
SCRIPT = """
local path, count = "%s", %d
local texts, thread, nextID, place = {}, 0, 0, 0
if path ~= "" then for line in io.lines(path) do texts[#texts + 1] = line end end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local nextThread = 1
function setup(thread) thread:set("seed", nextThread * 7919); nextThread = nextThread + 1 end
function init(args) place = seed end
function request()
  local input = {}
  for item = 1, count do
    place = place + 1
    if #texts > 0 then input[item] = texts[place %% #texts + 1]
    else input[item] = '"text ' .. seed .. ' ' .. place .. '"' end
  end
  return wrk.format(nil, nil, nil, '{"input":[' .. table.concat(input, ",") .. '],%s"encoding_format":"base64"}')
end
"""


def processors():
    """Half of the processors for the service, two at most, the others for the provider and the load."""
    known = sorted(os.sched_getaffinity(0))
    half = max(1, min(len(known) // 2, 4))
    return set(known[:half]), set(known[half:] or known)


@contextlib.contextmanager
def provider(program, dimensions, delay_ms=0, on=None):
    """The fake provider; its base URL."""
    port = bench.free_port()
    with bench.bound(on):
        process = bench.Process([program, port, dimensions, delay_ms], dict(os.environ), bench.CHECKOUT)
    try:
        bench.eventually(lambda: answers(port), what="the provider")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def settings(url, dimensions, **more):
    """embed-star's settings for the fake provider, without cache and pace."""
    return {
        "EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{url}/v1",
        "EMBEDDING_DIMENSIONS": dimensions, "REQUESTS_PER_MINUTE": 0, "TOKENS_PER_MINUTE": 0, "CACHE_MAX_BYTES": 0,
        "LOG_LEVEL": "warn", **more,
    }


def wrk(url, connections, seconds, texts=(), count=1, on=None, model=None):
    """Requests/s and the median and 99th percentile in ms of POST /v1/embeddings."""
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "texts") if texts else ""
        if texts:
            with open(lines, "w") as file:
                file.writelines(json.dumps(text) + "\n" for text in texts)
        script = os.path.join(folder, "load.lua")
        with open(script, "w") as file:
            file.write(SCRIPT % (lines, count, f'"model":"{model}",' if model else ""))
        cpus = ["taskset", "-c", ",".join(map(str, sorted(on)))] if on else []
        output = subprocess.run(
            [*cpus, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script,
             f"{url}/v1/embeddings"],
            capture_output=True, text=True, check=True,
        ).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    assert not bad, f"{bad.group(1)} requests were refused"

    def latency(share):
        value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", output).groups()
        return float(value) * UNITS[unit]

    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), latency(50), latency(99)


def memory(pid):
    """Resident bytes now, and at most so far."""
    with open(f"/proc/{pid}/status") as status:
        text = status.read()
    return tuple(int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) << 10 for name in ("VmRSS", "VmHWM"))


def forget_peak(pid):
    """Lets the peak of `memory` start from now."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")
