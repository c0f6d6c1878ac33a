"""The Dockerfile, built by buildah on bases that debootstrap makes, and its program run on a root that is read-only."""

import os
import re
import subprocess

import pytest

from Harness.process import CHECKOUT, free_port

# What scripts/test has built already, with the options of the Dockerfile.
BUILT = os.environ.get("RELEASE_PROGRAM")
WHOLE = os.environ.get("REHEARSE_IMAGE")


@pytest.mark.skipif(os.geteuid() != 0, reason="buildah needs root")
@pytest.mark.skipif(not (BUILT or WHOLE), reason="no optimised program is here; REHEARSE_IMAGE=1 has the image's built")
@pytest.mark.timeout(2700)
def test_the_image_is_built_and_its_health_check_finds_it_well():
    port, monitoring = free_port(), free_port()
    options = [] if WHOLE else ["--program", BUILT]
    done = subprocess.run(
        [CHECKOUT / "scripts/rehearse-image", *options, "--", f"PORT={port}", f"MONITORING_PORT={monitoring}"],
        capture_output=True, text=True, check=False, timeout=2600)
    said = done.stdout[-6000:] + done.stderr[-6000:]
    assert done.returncode == 0, said
    assert "The health check says well" in done.stdout, said
    assert "Ended with 0 on SIGTERM" in done.stdout, said
    assert f"{monitoring}" in done.stdout + done.stderr, said
    assert int(re.search(r"(\d+) MB in the image", done.stdout)[1]) <= 250, said
    assert int(re.search(r"(\d+) libraries in its bill", done.stdout)[1]) > 10, said
    version = re.search(r'current = "(.*)"', (CHECKOUT / "Sources/EmbedStar/Version.swift").read_text())[1]
    assert f"org.opencontainers.image.version={version}" in done.stdout.splitlines(), said
