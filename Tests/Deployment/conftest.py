"""Fixtures of what deploys embed-star."""

import os
import subprocess

import pytest

from Harness.process import CHECKOUT
from Harness.service import program


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The folder with archive, bill and checksums; the dependencies are resolved already, nothing is fetched."""
    folder = tmp_path_factory.mktemp("package")
    result = subprocess.run([CHECKOUT / "scripts/package", folder], env={**os.environ, "EMBED_STAR": str(program())},
                            cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=800)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder
