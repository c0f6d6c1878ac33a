"""Programs that run beside the tests."""

import pathlib
import signal
import socket
import subprocess
import threading
import time
from collections import deque

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


class Died(AssertionError):
    """A program ended that should run."""


def eventually(condition, within=60.0, every=0.02, what="the condition"):
    """The first true value of `condition()`; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within} s; last value {value!r}")
        time.sleep(every)


def free_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program in the background; the last lines it printed are kept for failure messages."""

    def __init__(self, command, environment, directory):
        self.command = [str(part) for part in command]
        self.lines = deque(maxlen=2000)
        # The kernel ends it when the tests are killed.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self.command], env=environment, cwd=directory, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def output(self):
        return "\n".join(self.lines)

    def check(self):
        if not self.is_running:
            self._reader.join(5)
            raise Died(f"{self.command[0]} ended with {self._process.returncode}:\n{self.output}")

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self, within=40):
        """Its exit status."""
        status = self._process.wait(within)
        self._reader.join(5)
        return status

    def stop(self):
        """Ends it; its exit status."""
        if self.is_running:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[0]} did not stop on SIGTERM:\n{self.output}") from None

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
