"""The program under test."""

import os
import pathlib
import re
import signal
import subprocess

import requests

from Harness.process import CHECKOUT, Process, eventually

MODEL = CHECKOUT / "models/all-MiniLM-L6-v2"


def program():
    """The binary: that of EMBED_STAR, else the debug build's."""
    path = pathlib.Path(os.environ.get("EMBED_STAR") or CHECKOUT / ".build/debug/embed-star")
    assert path.is_file(), f"{path} is not there; scripts/test builds it"
    return path


def environment(settings):
    """Nothing of the caller's settings, only what is given."""
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    defaults = {"LOG_FORMAT": "text", "BUILTIN_MODEL_DIR": str(MODEL), "POLL_INTERVAL_MS": "100"}
    return {**base, **defaults, **{name: str(value) for name, value in settings.items()}}


def run(arguments, settings, directory, within=120, stdin=None):
    """Runs a subcommand to its end."""
    return subprocess.run(
        [str(program()), *map(str, arguments)], env=environment(settings), cwd=directory, text=True,
        input=stdin if stdin is not None else "", capture_output=True, timeout=within, check=False,
    )


class Service:
    """`embed-star serve` on a free port."""

    def __init__(self, settings, directory, port, launcher=()):
        """`launcher` is a command that starts the program given after it, such as prlimit."""
        self.port = port
        self.launcher = launcher
        self.url = f"http://127.0.0.1:{port}"
        self.directory = directory
        self.settings = {"PORT": port, **settings}
        self.session = requests.Session()
        if key := str(settings.get("API_KEYS", "")).split(",")[0]:
            self.session.headers["Authorization"] = f"Bearer {key}"
        self.start()

    def start(self):
        self.process = Process([*self.launcher, program(), "serve"], environment(self.settings), self.directory)

    def await_ready(self, within=120):
        eventually(lambda: self._answers("/readyz"), within=within, what="readiness")
        return self

    def await_live(self, within=120):
        eventually(lambda: self._answers("/livez"), within=within, what="liveness")
        return self

    def _answers(self, path):
        self.process.check()
        try:
            return requests.get(self.url + path, timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def get(self, path, **options):
        return self.session.get(self.url + path, timeout=30, **options)

    def post(self, path, json=None, **options):
        return self.session.post(self.url + path, json=json, timeout=60, **options)

    def delete(self, path, **options):
        return self.session.delete(self.url + path, timeout=30, **options)

    def embed(self, texts):
        """The vectors of `texts`."""
        answer = self.post("/v1/embeddings", {"input": texts})
        assert answer.status_code == 200, answer.text
        return [item["embedding"] for item in answer.json()["data"]]

    def metric(self, name, **labels):
        """The sum of a metric's samples that carry the labels; 0 when there are none."""
        total = 0.0
        for line in self.get("/metrics").text.splitlines():
            match = re.fullmatch(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?", line)
            if not match or match.group(1) != f"embed_star_{name}":
                continue
            found = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or ""))
            if all(found.get(key) == value for key, value in labels.items()):
                total += float(match.group(3))
        return total

    def pipeline(self):
        return self.get("/pipeline").json()

    def await_drained(self, embedded, within=120):
        """Waits until `embedded` repos are embedded and nothing is to do."""

        def is_drained():
            self.process.check()
            status = self.pipeline()
            return status["embedded"] >= embedded and status["pending"] == 0 and status["leased"] == 0

        eventually(is_drained, within=within, every=0.1, what=f"{embedded} embedded repos")

    def kill(self):
        """SIGKILL: what a crash or a lost machine looks like."""
        self.process.signal(signal.SIGKILL)
        self.process.wait()
