"""The Dockerfile, built by buildah on bases that debootstrap makes, and its program run on a root that is read-only."""

import os
import re
import subprocess

import pytest

from Harness.process import CHECKOUT, free_port


@pytest.mark.skipif(os.geteuid() != 0, reason="buildah needs root")
@pytest.mark.skipif(not os.environ.get("REHEARSE_IMAGE"), reason="it builds the program once more; set REHEARSE_IMAGE=1")
@pytest.mark.timeout(1500)
def test_the_image_is_built_and_its_health_check_finds_it_well():
    # An optimised program takes longer to build, and is smaller.
    port, monitoring = free_port(), free_port()
    done = subprocess.run(
        [CHECKOUT / "scripts/rehearse-image", "--configuration", "debug", "--", f"PORT={port}", f"MONITORING_PORT={monitoring}"],
        capture_output=True, text=True, check=False, timeout=1400)
    said = done.stdout[-6000:] + done.stderr[-6000:]
    assert done.returncode == 0, said
    assert "The health check says well" in done.stdout, said
    assert "Ended with 0 on SIGTERM" in done.stdout, said
    assert f"{monitoring}" in done.stdout + done.stderr, said
    size, of_program = map(int, re.search(r"(\d+) MB in the image, (\d+) of them", done.stdout).groups())
    # 250 with the optimised program, which takes 40.
    assert size - of_program <= 210, said
    version = re.search(r'current = "(.*)"', (CHECKOUT / "Sources/EmbedStar/Version.swift").read_text())[1]
    assert f"org.opencontainers.image.version={version}" in done.stdout.splitlines(), said
