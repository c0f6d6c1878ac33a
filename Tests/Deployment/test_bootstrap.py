"""`scripts/bootstrap` on a system without Swift: it fetches the pinned toolchain, if its signature is the right one. The
toolchain is a double, signed by a key of the test's."""

import functools
import http.server
import re
import shutil
import subprocess
import tarfile
import threading

import pytest

from Harness.process import CHECKOUT

VERSION = re.search(r"SWIFT_VERSION=(\S+)", (CHECKOUT / "scripts/bootstrap").read_text())[1]
# What the script uses, without the `swift` that may be here.
TOOLS = ["bash", "sh", "env", "basename", "dirname", "cat", "chmod", "cp", "cmp", "curl", "flock", "gpg", "gpgconf", "gpg-agent",
         "grep", "gzip", "head", "mkdir", "mktemp", "mv", "rm", "sed", "tail", "tar", "uname", "apt-get"]


def gpg(home, *arguments):
    return subprocess.run(["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", *arguments], capture_output=True,
                          text=True, check=True).stdout


def new_key(home, name):
    home.mkdir(mode=0o700)
    gpg(home, "--quick-generate-key", name, "ed25519", "sign", "never")
    return re.search(r"^fpr:+(\w+):", gpg(home, "--with-colons", "--fingerprint"), re.M)[1]


class Mirror:
    """swift.org's downloads with a toolchain that says its version, signed by a key of ours."""

    def __init__(self, folder):
        self.home, self.root = folder / "keyring", folder / "mirror"
        self.fingerprint = new_key(self.home, "Swift Double <nobody@example.org>")
        name = f"swift-{VERSION}-RELEASE"
        self.place = self.root / f"swift-{VERSION}-release/debian12/{name}"
        self.place.mkdir(parents=True)
        self.archive = self.place / f"{name}-debian12.tar.gz"
        tool = folder / "swift"
        tool.write_text(f"#!/bin/sh\necho Swift version {VERSION}\n")
        tool.chmod(0o755)
        with tarfile.open(self.archive, "w:gz") as file:
            file.add(tool, f"{name}-debian12/usr/bin/swift")
        self.sign(self.home)
        (self.root / "keys").mkdir()
        (self.root / "keys/all-keys.asc").write_text(gpg(self.home, "--armor", "--export"))
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=self.root)
        handler.log_message = lambda *_: None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sign(self, home):
        gpg(home, "--yes", "--detach-sign", "--output", f"{self.archive}.sig", self.archive)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mirror(tmp_path):
    started = Mirror(tmp_path)
    yield started
    started.close()


@pytest.fixture
def bootstrap(tmp_path, mirror):
    """Runs the script's part about Swift in a checkout of its own, where no `swift` is on the PATH."""
    checkout, tools = tmp_path / "checkout", tmp_path / "bin"
    (checkout / "scripts").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(CHECKOUT / "scripts/shell.bash", checkout / "scripts")
    # What comes after the toolchain is not looked at here.
    text = (CHECKOUT / "scripts/bootstrap").read_text()
    (checkout / "scripts/bootstrap").write_text(re.sub(r"^install_packages\n.*", "", text, flags=re.M | re.S) + "\nswift --version\n")
    for tool in TOOLS:
        if path := shutil.which(tool):
            (tools / tool).symlink_to(path)
    release = tmp_path / "os-release"
    release.write_text("ID=debian\nVERSION_ID=12\n")

    def run(**more):
        environment = {"PATH": str(tools), "HOME": str(tmp_path), "SWIFT_MIRROR": mirror.url, "OS_RELEASE": str(release),
                       "SWIFT_SIGNING_KEY": mirror.fingerprint, **more}
        return subprocess.run(["bash", checkout / "scripts/bootstrap"], env=environment, capture_output=True, text=True,
                              check=False, timeout=120)

    run.installed = checkout / ".local/swift/usr/bin/swift"
    run.release = release
    return run


def test_a_toolchain_is_fetched_after_saying_what_and_verified(bootstrap):
    done = bootstrap()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "about 1 GB" in done.stdout and f"swift-{VERSION}-RELEASE" in done.stdout
    assert bootstrap.installed.exists()
    assert f"Swift version {VERSION}" in done.stdout
    # The second time it is there.
    again = bootstrap(SWIFT_MIRROR="http://127.0.0.1:9")
    assert again.returncode == 0 and "fetching" not in again.stdout, again.stdout + again.stderr


def test_a_toolchain_that_was_changed_is_not_installed(bootstrap, mirror):
    mirror.archive.write_bytes(mirror.archive.read_bytes() + b"x")
    done = bootstrap()
    assert done.returncode == 65 and "nothing was installed" in done.stderr
    assert not bootstrap.installed.exists()


def test_a_toolchain_that_another_key_signed_is_not_installed(bootstrap, mirror, tmp_path):
    """Even if the mirror hands that key out."""
    other = tmp_path / "other"
    new_key(other, "Somebody Else <else@example.org>")
    mirror.sign(other)
    (mirror.root / "keys/all-keys.asc").write_text(gpg(other, "--armor", "--export"))
    done = bootstrap()
    assert done.returncode == 65, done.stdout + done.stderr
    assert not bootstrap.installed.exists()


def test_it_may_be_told_not_to_fetch_and_knows_its_systems(bootstrap):
    assert bootstrap(SWIFT_FETCH="no").returncode == 69
    bootstrap.release.write_text("ID=fedora\nVERSION_ID=42\n")
    done = bootstrap()
    assert done.returncode == 69 and "swift.org/install" in done.stderr
    assert not bootstrap.installed.exists()


def test_a_mirror_that_is_not_there_is_69(bootstrap):
    assert bootstrap(SWIFT_MIRROR="http://127.0.0.1:9").returncode == 69
