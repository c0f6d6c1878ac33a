"""The release in the hands of a user: unpacked and installed on clean roots of the systems it is for, and served there."""

import os
import re
import shutil
import subprocess

import pytest

from Harness.process import CHECKOUT, Process, eventually, free_port
from Harness.roots import Root
from Harness.service import Service

SUITES = ["bookworm", "trixie", "noble"]
UNIT = CHECKOUT / "deploy/systemd/embed-star.service"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="debootstrap and chroot need root")


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """All at once: each waits for the network most of the time."""
    folder = tmp_path_factory.mktemp("roots")
    made = {suite: Root(suite, folder) for suite in SUITES}
    yield made
    for root in made.values():
        root.close()


@pytest.fixture(params=SUITES)
def root(request, roots):
    return roots[request.param].await_made()


class Inside(Service):
    """The service within a root, started by a command there; nothing of ours is in its environment but what is given."""

    def __init__(self, root, command, settings, user=None):
        self.root, self.inner, self.user = root, command, user
        super().__init__(settings, None, free_port())

    def start(self):
        given = [f"{name}={value}" for name, value in self.settings.items()]
        inside = self.root.command("/usr/bin/env", "-i", "PATH=/usr/bin:/bin", *given, "sh", "-c", self.inner, user=self.user)
        self.process = Process(inside, {"PATH": os.environ["PATH"]}, "/")


def try_out(service):
    """A vector of the built-in model, and a repo that is found."""
    try:
        service.await_ready()
        (vector,) = service.embed(["A parser for dates."])
        assert len(vector) == 384
        service.post("/repos", {"full_name": "a/dates", "description": "Parses dates."})
        service.await_drained(1)
        hits = service.get("/search?q=parse+a+date").json()["results"]
        assert [hit["full_name"] for hit in hits] == ["a/dates"]
    finally:
        service.process.stop()


@needs_root
@pytest.mark.timeout(900)
def test_the_archive_serves_from_the_folder_it_is_unpacked_in(package, root, database):
    (archive,) = package.glob("*.tar.gz")
    shutil.unpack_archive(archive, root.path / "opt")
    (folder,) = (root.path / "opt").glob("embed-star-*")
    try_out(Inside(root, f"cd /opt/{folder.name} && exec ./embed-star serve", database.settings))
    # From another folder, too: the model is beside the program.
    done = root.run(f"/opt/{folder.name}/embed-star", "config", "--json", cwd="/")
    assert done.returncode == 0, done.stderr


@needs_root
@pytest.mark.timeout(900)
def test_what_is_installed_under_a_prefix_is_where_the_system_looks(package, roots, database):
    root = roots["bookworm"].await_made()
    if not list((root.path / "opt").glob("embed-star-*")):
        shutil.unpack_archive(next(package.glob("*.tar.gz")), root.path / "opt")
    (folder,) = (root.path / "opt").glob("embed-star-*")
    done = root.run(f"/opt/{folder.name}/install", "--prefix", "/usr/local")
    assert done.returncode == 0, done.stderr
    share = root.path / "usr/local/share"
    for file in ("man/man1/embed-star.1", "bash-completion/completions/embed-star", "zsh/site-functions/_embed-star",
                 "fish/vendor_completions.d/embed-star.fish", "embed-star/models/all-MiniLM-L6-v2/model.safetensors",
                 "embed-star/sample-repos.ndjson"):
        assert (share / file).stat().st_size > 0, file
    try_out(Inside(root, "cd / && exec /usr/local/bin/embed-star serve", database.settings))
    assert root.run(f"/opt/{folder.name}/install", "--prefix", "/proc/nothing").returncode == 73
    assert root.run(f"/opt/{folder.name}/install", "prefix").returncode == 64


@needs_root
@pytest.mark.timeout(900)
def test_the_debian_package_is_installed_and_serves_as_its_user(package, root, database):
    (deb,) = package.glob("*.deb")
    root.install(deb)
    settings = root.path / "etc/embed-star/embed-star.env"
    assert settings.stat().st_mode & 0o777 == 0o640
    assert root.run("getent", "passwd", "embed-star").stdout.endswith(":/usr/sbin/nologin\n")
    # As systemd starts it: the command of the unit, as the unit's user.
    unit = dict(re.findall(r"^(\w+)=(.*)$", (root.path / "lib/systemd/system/embed-star.service").read_text(), re.M))
    assert unit["EnvironmentFile"] == "/etc/embed-star/embed-star.env"
    try_out(Inside(root, f"cd / && exec {unit['ExecStart']}", database.settings, user=unit["User"]))
    done = root.run("dpkg", "--purge", "embed-star")
    assert done.returncode == 0, done.stderr
    assert not settings.exists() and root.run("getent", "passwd", "embed-star").returncode == 2


def test_the_unit_is_valid_and_confined(tmp_path):
    # It names a program that is installed later.
    text = UNIT.read_text().replace("/usr/bin/embed-star", "/bin/true")
    (tmp_path / "embed-star.service").write_text(text)
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "embed-star.service"], capture_output=True,
                             text=True, check=False)
    assert checked.returncode == 0 and "embed-star.service" not in checked.stderr, checked.stderr
    # 100 is wide open; the kernels that oneDNN writes at run time, and the network, are most of what is left.
    scored = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", UNIT], capture_output=True,
                            text=True, check=False)
    assert scored.returncode == 0, scored.stdout[-500:]


def test_every_line_of_the_example_environment_is_one_that_systemd_takes():
    for line in (CHECKOUT / ".env.example").read_text().splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"[A-Z][A-Z0-9_]*=.*", line), line


def test_a_folder_that_cannot_be_made_ends_the_packing_with_73():
    done = subprocess.run([CHECKOUT / "scripts/package", "/proc/nothing"], capture_output=True, text=True, check=False)
    assert done.returncode == 73, done.stderr
