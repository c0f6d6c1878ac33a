"""The live server against its contract, by schemathesis with all checks on."""

import os
import pathlib
import subprocess
import sys

import pytest
from Harness.process import CHECKOUT, eventually

HERE = pathlib.Path(__file__).parent
SECRET = "contract-secret"
# Generated requests of each operation, beside those that stand at the bounds of every field. The same in every run.
EXAMPLES = 12
REPOS = [
    {"full_name": "apple/swift-log", "description": "A logging API.", "language": "Swift", "stars": 3600},
    {"full_name": "apple/swift-metrics", "description": "A metrics API.", "language": "Swift", "stars": 600},
    {"full_name": "poison/one", "description": "POISON"},
]


@pytest.mark.timeout(600)
def test_every_answer_is_one_that_the_contract_names(database, upstream, serve, tmp_path):
    upstream.fail(400, when=lambda texts: any("POISON" in str(text) for text in texts))
    service = serve(database.settings, upstream.openai(RETRY_DELAY_MS=10, GITHUB_WEBHOOK_SECRET=SECRET),
                    # Nobody listens there.
                    GITHUB_API_URL="http://127.0.0.1:9")
    assert service.post("/repos", REPOS).status_code == 202
    eventually(lambda: service.pipeline()["embedded"] == 2 and service.pipeline()["failed"] == 1, what="the repos")
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "run",
        CHECKOUT / "openapi.yaml", "--url", service.url, "--checks", "all", "--max-examples", EXAMPLES,
        "--generation-deterministic", "--no-color",
        # How fast examples are made says nothing of the server.
        "--suppress-health-check", "too_slow",
    ]
    environment = {**os.environ, "GITHUB_WEBHOOK_SECRET": SECRET, "SCHEMATHESIS_HOOKS": HERE / "hooks.py"}
    # In a folder of its own, because it leaves one behind.
    ran = subprocess.run([str(part) for part in command], cwd=tmp_path, env=environment, capture_output=True, text=True,
                         check=False, timeout=600)
    service.process.check()
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2000:]
